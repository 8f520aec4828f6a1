//! The first minute of a desk: its first day, its admin, the admin's token. Safe to run at every
//! start.

use desk::PersonId;
use desk::person::Person;

use crate::Store;
use crate::error::Error;

impl Store {
    /// Makes sure that the desk has what everything else takes for granted.
    pub async fn found(&self, admin_token: Option<&str>) -> Result<(), Error> {
        self.note_birth().await?;
        let config = self.config().await?;
        for member in &config.members {
            let person = Person {
                id: member.id.clone(),
                name: member.name.clone(),
                email: Some(member.email.clone()),
                phone: None,
                chat: Vec::new(),
            };
            self.make_person(&person).await?;
        }
        if let Some(token) = admin_token {
            self.add_token(token, &PersonId::from("admin")).await?;
        }
        Ok(())
    }
}
