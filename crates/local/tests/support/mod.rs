//! A table like the desk's over an embedded engine, and short names for attribute values.

#![allow(dead_code, reason = "each test binary uses its own part")]

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
};
use local::dynamodb::Engine;
use local::wire;

/// The name of the table.
pub const TABLE: &str = "desk";

/// An engine with its clients.
pub struct Desk {
    pub engine: Engine,
    pub client: aws_sdk_dynamodb::Client,
    pub streams: aws_sdk_dynamodbstreams::Client,
}

impl Desk {
    /// In memory, with the table made.
    pub async fn memory() -> Self {
        Self::over(Engine::memory().unwrap()).await
    }

    /// Over an engine that has no table yet.
    pub async fn over(engine: Engine) -> Self {
        let desk = Self::again(engine);
        desk.create_table().await;
        desk
    }

    /// Over an engine that has its table.
    pub fn again(engine: Engine) -> Self {
        let config = wire::config(engine.http_client());
        Self {
            engine,
            client: aws_sdk_dynamodb::Client::new(&config),
            streams: aws_sdk_dynamodbstreams::Client::new(&config),
        }
    }

    async fn create_table(&self) {
        let attribute = |name: &str| {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S);
            definition.build().unwrap()
        };
        let key = |name: &str, kind| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
        };
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewAndOldImages);
        let mut create = self
            .client
            .create_table()
            .table_name(TABLE)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key("pk", KeyType::Hash))
            .key_schema(key("sk", KeyType::Range))
            .attribute_definitions(attribute("pk"))
            .attribute_definitions(attribute("sk"))
            .stream_specification(stream.build().unwrap());
        for index in ["gsi1", "gsi2"] {
            let (pk, sk) = (format!("{index}pk"), format!("{index}sk"));
            create =
                create.attribute_definitions(attribute(&pk)).attribute_definitions(attribute(&sk));
            let all = Projection::builder().projection_type(ProjectionType::All).build();
            let index = GlobalSecondaryIndex::builder().index_name(index).projection(all);
            let index =
                index.key_schema(key(&pk, KeyType::Hash)).key_schema(key(&sk, KeyType::Range));
            create = create.global_secondary_indexes(index.build().unwrap());
        }
        create.send().await.unwrap();
    }

    /// Puts an item with a text.
    pub async fn put(&self, pk: &str, text: &str) {
        let put = self.client.put_item().table_name(TABLE).item("pk", s(pk)).item("sk", s("1"));
        put.item("text", s(text)).send().await.unwrap();
    }
}

/// A string value.
pub fn s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number value.
pub fn n(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
