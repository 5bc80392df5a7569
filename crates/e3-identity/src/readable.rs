//! Bytes as people read them: hexadecimal in JSON, byte strings in CBOR. For `#[serde(with = "…")]`.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_bytes::{ByteBuf, Bytes};

/// Writes bytes: lower-case hexadecimal where people read, a byte string elsewhere.
pub fn serialize<S: Serializer>(bytes: &impl AsRef<[u8]>, to: S) -> Result<S::Ok, S::Error> {
    if to.is_human_readable() {
        hex::encode(bytes).serialize(to)
    } else {
        Bytes::new(bytes.as_ref()).serialize(to)
    }
}

/// Reads what [`serialize`] writes, into bytes of any length or of one.
pub fn deserialize<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<Vec<u8>>,
{
    let bytes = if from.is_human_readable() {
        let text = String::deserialize(from)?;
        hex::decode(&text).map_err(|error| D::Error::custom(format!("not hexadecimal: {error}")))?
    } else {
        ByteBuf::deserialize(from)?.into_vec()
    };
    let length = bytes.len();
    T::try_from(bytes)
        .map_err(|_| D::Error::custom(format!("{length} bytes are not as many as there should be")))
}

/// Bytes of any length, read and written so.
#[derive(Serialize, Deserialize)]
struct Readable<'a>(
    #[serde(serialize_with = "serialize", deserialize_with = "borrowed")] Cow<'a, [u8]>,
);

fn borrowed<'de, D: Deserializer<'de>>(from: D) -> Result<Cow<'static, [u8]>, D::Error> {
    deserialize::<D, Vec<u8>>(from).map(Cow::Owned)
}

/// The same for bytes by name.
pub mod map {
    use super::{BTreeMap, ByteBuf, Cow, Deserialize, Deserializer, Readable, Serializer};

    /// Writes a map of names to bytes.
    pub fn serialize<S: Serializer>(
        map: &BTreeMap<String, ByteBuf>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_map(
            map.iter()
                .map(|(name, bytes)| (name, Readable(Cow::Borrowed(bytes)))),
        )
    }

    /// Reads what [`serialize`] writes.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<String, ByteBuf>, D::Error> {
        let map = BTreeMap::<String, Readable<'_>>::deserialize(from)?;
        Ok(map
            .into_iter()
            .map(|(name, bytes)| (name, ByteBuf::from(bytes.0)))
            .collect())
    }
}

/// The same for lists of bytes by name.
pub mod lists {
    use super::{BTreeMap, ByteBuf, Cow, Deserialize, Deserializer, Readable, Serializer};

    /// Writes a map of names to lists of bytes.
    pub fn serialize<S: Serializer>(
        map: &BTreeMap<String, Vec<ByteBuf>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_map(map.iter().map(|(name, list)| {
            let list: Vec<_> = list
                .iter()
                .map(|one| Readable(Cow::Borrowed(one)))
                .collect();
            (name, list)
        }))
    }

    /// Reads what [`serialize`] writes.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<String, Vec<ByteBuf>>, D::Error> {
        let map = BTreeMap::<String, Vec<Readable<'_>>>::deserialize(from)?;
        let owned =
            |list: Vec<Readable<'_>>| list.into_iter().map(|one| ByteBuf::from(one.0)).collect();
        Ok(map
            .into_iter()
            .map(|(name, list)| (name, owned(list)))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Four(#[serde(with = "super")] [u8; 4]);

    #[test]
    fn json_holds_text_and_cbor_holds_bytes() {
        let four = Four([0, 1, 0xab, 255]);
        let text = serde_json::to_string(&four).unwrap();
        assert_eq!(text, "\"0001abff\"");
        assert_eq!(serde_json::from_str::<Four>(&text).unwrap(), four);
        let mut bytes = Vec::new();
        ciborium::into_writer(&four, &mut bytes).unwrap();
        assert_eq!(bytes, [0x44, 0, 1, 0xab, 255]);
        assert_eq!(
            ciborium::from_reader::<Four, _>(bytes.as_slice()).unwrap(),
            four
        );
    }

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Named {
        #[serde(with = "map")]
        one: BTreeMap<String, ByteBuf>,
        #[serde(with = "lists")]
        many: BTreeMap<String, Vec<ByteBuf>>,
    }

    #[test]
    fn bytes_in_maps_are_read_as_they_were_written() {
        let bytes = ByteBuf::from(vec![0, 0xff]);
        let named = Named {
            one: BTreeMap::from([("a".to_owned(), bytes.clone())]),
            many: BTreeMap::from([("b".to_owned(), vec![bytes, ByteBuf::new()])]),
        };
        let text = serde_json::to_string(&named).unwrap();
        assert_eq!(text, r#"{"one":{"a":"00ff"},"many":{"b":["00ff",""]}}"#);
        assert_eq!(serde_json::from_str::<Named>(&text).unwrap(), named);
        let mut bytes = Vec::new();
        ciborium::into_writer(&named, &mut bytes).unwrap();
        assert!(bytes.windows(3).any(|three| three == [0x42, 0, 0xff]));
        let read: Named = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!(read, named);
    }

    #[test]
    fn another_length_is_refused() {
        let refused = serde_json::from_str::<Four>("\"0001\"").unwrap_err();
        assert!(refused.to_string().contains("2 bytes"), "{refused}");
        assert!(serde_json::from_str::<Four>("\"zz\"").is_err());
        assert!(ciborium::from_reader::<Four, _>([0x41, 0].as_slice()).is_err());
    }
}
