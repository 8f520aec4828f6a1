//! The first minute of a desk: its first day, its admin, the admin's token. Safe to run at every
//! start.

use desk::PersonId;
use desk::person::Person;
use desk::preferences::next_nine;

use crate::Store;
use crate::error::Error;

impl Store {
    /// Makes sure that the desk has what everything else takes for granted.
    pub async fn found(&self, admin_token: Option<&str>) -> Result<(), Error> {
        self.note_birth().await?;
        let config = self.config().await?;
        for member in &config.members {
            let person = Person {
                email: Some(member.email.clone()),
                ..Person::named(member.id.clone(), &member.name)
            };
            self.make_person(&person).await?;
        }
        if let Some(next) = next_nine(&config.zone, self.now()) {
            self.begin_days(next).await?;
        }
        if let Some(token) = admin_token
            && self.token(token).await?.is_none()
        {
            let everything = Default::default();
            self.add_token(None, token, &PersonId::from("admin"), everything).await?;
        }
        Ok(())
    }
}
