//! The JSON Schema in the documentation is the one that the types give.

#[test]
fn the_schema_in_the_documentation_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/e3.schema.json");
    let schema = serde_json::to_string_pretty(&e3_spec::json_schema()).unwrap() + "\n";
    if std::env::var_os("E3_BLESS").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    let documented = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        documented == schema,
        "docs/e3.schema.json is out of date: run this test with E3_BLESS=1"
    );
}
