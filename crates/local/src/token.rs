//! `bellhop token create`: asks the running desk with the kept token, or opens the folder itself when
//! none runs.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};
use desk::access::Role;
use desk::assign::Work;
use desk::config::Member;
use desk::person::normal_address;
use serde_json::json;
use store::people::Introduction;

use crate::desk::LocalDesk;
use crate::options::{self, Token};
use crate::say;
use crate::secrets::{self, DataError};

/// Carries out one token command.
pub async fn run(token: &Token) -> Result<()> {
    let Token::Create { email, role, listen, data, desk } = token;
    let address = normal_address(email).with_context(|| format!("{email} is no mail address"))?;
    let role = Role::parse(role).with_context(|| {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("{role} is no role; there are {}", roles.join(", "))
    })?;
    let secret = match LocalDesk::open(&data.data, desk, *listen, None).await {
        Ok(desk) => make(&desk, &address, role).await?,
        Err(error) if matches!(error.downcast_ref(), Some(DataError::Held(_))) => {
            ask(*listen, &data.data, desk, &address, role).await?
        }
        Err(error) => return Err(error),
    };
    println!("{secret}");
    Ok(())
}

async fn make(desk: &LocalDesk, address: &str, role: Role) -> Result<String> {
    let secret = secrets::random_hex(32)?;
    let person = desk.store.welcome(&Introduction::by_email(address, None)).await?;
    if desk.store.config().await?.is_last_admin(&person.id) && role != Role::Admin {
        bail!("the last admin cannot be removed; make somebody else an admin first");
    }
    let name = person.name.clone();
    desk.store
        .grant(
            None,
            &Member {
                id: person.id.clone(),
                email: address.into(),
                name,
                role,
                work: Work::default(),
                from_guild: false,
            },
        )
        .await?;
    desk.store.add_token(None, &secret, &person.id, Default::default()).await?;
    Ok(secret)
}

async fn ask(
    listen: SocketAddr,
    data: &Path,
    said: &options::Desk,
    address: &str,
    role: Role,
) -> Result<String> {
    let admin = match &said.admin_token {
        Some(token) => token.clone(),
        None => secrets::admin_token(data)?,
    };
    let headers = [("authorization", format!("Bearer {admin}"))];
    let body = json!({ "email": address, "role": role }).to_string();
    let (status, answer) = say::post(&format!("http://{listen}/v1/tokens"), &headers, body).await?;
    match answer["token"].as_str() {
        Some(token) if status == 201 => Ok(token.to_owned()),
        _ => bail!("the desk answered {status}: {answer}"),
    }
}
