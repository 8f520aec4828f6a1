//! The table itself: what the template declares for AWS, for engines that start empty.

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    TimeToLiveSpecification,
};
use std::time::Duration;

use crate::Store;
use crate::error::Error;

const INDEXES: [&str; 4] = ["work", "mine", "asked", "due"];

impl Store {
    /// Makes the table if it is not there: keys, indexes, stream of both images, expiry.
    pub async fn make_table(&self) -> Result<(), Error> {
        if self.db.describe_table().table_name(&self.table).send().await.is_ok() {
            return Ok(());
        }
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewAndOldImages)
            .build()
            .map_err(|cause| Error::damaged("the stream's definition", cause))?;
        let mut table = self
            .db
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .stream_specification(stream)
            .set_key_schema(Some(schema("pk", "sk")?))
            .attribute_definitions(attribute("pk")?)
            .attribute_definitions(attribute("sk")?);
        for name in INDEXES {
            let (pk, sk) = (format!("{name}_pk"), format!("{name}_sk"));
            table = table
                .attribute_definitions(attribute(&pk)?)
                .attribute_definitions(attribute(&sk)?)
                .global_secondary_indexes(keys_only(name, schema(&pk, &sk)?)?);
        }
        table.send().await.map_err(|e| Error::from_sdk("create the table", e))?;
        self.wait_and_expire().await
    }

    async fn wait_and_expire(&self) -> Result<(), Error> {
        self.db
            .wait_until_table_exists()
            .table_name(&self.table)
            .wait(Duration::from_secs(60))
            .await
            .map_err(|cause| Error::damaged("the new table", cause))?;
        let expiry = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name("expires")
            .build()
            .map_err(|cause| Error::damaged("the expiry's definition", cause))?;
        self.db
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(expiry)
            .send()
            .await
            .map_err(|e| Error::from_sdk("set the table's expiry", e))?;
        Ok(())
    }
}

fn attribute(name: &str) -> Result<AttributeDefinition, Error> {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .map_err(|cause| Error::damaged("an attribute's definition", cause))
}

fn schema(pk: &str, sk: &str) -> Result<Vec<KeySchemaElement>, Error> {
    [(pk, KeyType::Hash), (sk, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            let element = KeySchemaElement::builder().attribute_name(name).key_type(kind);
            element.build().map_err(|cause| Error::damaged("a key's definition", cause))
        })
        .collect()
}

fn keys_only(name: &str, schema: Vec<KeySchemaElement>) -> Result<GlobalSecondaryIndex, Error> {
    let projection = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(schema))
        .projection(projection)
        .build()
        .map_err(|cause| Error::damaged("an index's definition", cause))
}
