//! `bellhop token create`: talks to the running desk, or opens the folder itself when none runs.

use anyhow::{Context, Result, bail};
use desk::access::Role;
use desk::config::Member;
use desk::person::normal_address;
use store::Store;
use store::people::Introduction;

use crate::desk::LocalDesk;
use crate::options::{self, Token};
use crate::secrets::{self, DataError};

/// Carries out one token command.
pub async fn run(token: &Token) -> Result<()> {
    let Token::Create { email, role, listen, data } = token;
    let address = normal_address(email).with_context(|| format!("{email} is no mail address"))?;
    let role = Role::parse(role).with_context(|| {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("{role} is no role; there are {}", roles.join(", "))
    })?;
    let secret = secrets::random_hex(32)?;
    match LocalDesk::open(&data.data, &plain_desk(), *listen).await {
        Ok(desk) => grant(&desk.store, &address, role, &secret).await?,
        Err(error) if matches!(error.downcast_ref(), Some(DataError::Held(_))) => {
            bail!("a desk is running on this folder; stop it first, then make the token")
        }
        Err(error) => return Err(error),
    }
    println!("{secret}");
    Ok(())
}

async fn grant(store: &Store, address: &str, role: Role, secret: &str) -> Result<()> {
    let person = store.welcome(&Introduction::by_email(address, None)).await?;
    let member = Member {
        id: person.id.clone(),
        email: address.to_owned(),
        name: person.name.clone(),
        role,
    };
    let joined = store.configure(|config| {
        let mut config = config.clone();
        match config.members.iter_mut().find(|known| known.id == member.id) {
            Some(known) => known.role = role,
            None => config.members.push(member.clone()),
        }
        Ok::<_, std::convert::Infallible>(config)
    });
    match joined.await? {
        Ok(_) => {}
        Err(never) => match never {},
    }
    store.add_token(secret, &person.id).await?;
    Ok(())
}

/// A desk nobody said anything about: the folder's own settings count.
fn plain_desk() -> options::Desk {
    use clap::Parser;
    options::Options::parse_from(["bellhop"]).serve.desk
}
