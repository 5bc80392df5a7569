//! Bytes as people read them: hexadecimal in JSON, byte strings in CBOR. For `#[serde(with = "…")]`.

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

    #[test]
    fn another_length_is_refused() {
        let refused = serde_json::from_str::<Four>("\"0001\"").unwrap_err();
        assert!(refused.to_string().contains("2 bytes"), "{refused}");
        assert!(serde_json::from_str::<Four>("\"zz\"").is_err());
        assert!(ciborium::from_reader::<Four, _>([0x41, 0].as_slice()).is_err());
    }
}
