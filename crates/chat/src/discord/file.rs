//! The bytes of a file that somebody sent in Discord. Its address expires within a day, so it is copied
//! at once; only the hosts Discord serves files from are ever asked, and none of them may send us on.

use reqwest::header::CONTENT_LENGTH;
use url::Url;

use super::Client;
use crate::send::{SendError, within_time};

/// Where Discord serves files from (docs.discord.com, "Reference: Image Formatting" and "Signed Attachment CDN URLs").
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];

impl Client {
    /// Reads a file of at most so many bytes.
    pub async fn file(&self, url: &str, at_most: u64) -> Result<Vec<u8>, SendError> {
        let url = self.of_discord(url)?;
        within_time("discord", async {
            let sent = self.client.get(url).send().await;
            let mut response = sent
                .map_err(|error| SendError::retry(format!("discord: {}", error.without_url())))?;
            let status = response.status();
            if !status.is_success() {
                let reason = format!("discord keeps no such file any more ({status})");
                return Err(SendError::from_status(status.as_u16(), None, reason));
            }
            let said = response.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok());
            let said: u64 = said.and_then(|size| size.parse().ok()).unwrap_or_default();
            let too_large =
                || SendError::permanent(format!("the file is larger than {at_most} bytes"));
            if said > at_most {
                return Err(too_large());
            }
            let mut bytes = Vec::new();
            while let Some(part) = response.chunk().await.map_err(broken_off)? {
                bytes.extend_from_slice(&part);
                if bytes.len() as u64 > at_most {
                    return Err(too_large());
                }
            }
            Ok(bytes)
        })
        .await
    }

    /// Only an address of Discord's own, or of the stand-in that this client speaks to.
    fn of_discord(&self, text: &str) -> Result<Url, SendError> {
        let not_ours = || SendError::permanent("the file is not on a host of discord's");
        let url = Url::parse(text).map_err(|_| not_ours())?;
        let known = url.host_str().is_some_and(|host| HOSTS.contains(&host));
        let plain = url.port().is_none() && url.username().is_empty() && url.password().is_none();
        let stands_in = self.base.starts_with("http://")
            && text.strip_prefix(&*self.base).is_some_and(|rest| rest.starts_with('/'));
        if (known && url.scheme() == "https" && plain) || stands_in {
            return Ok(url);
        }
        Err(not_ours())
    }
}

fn broken_off(error: reqwest::Error) -> SendError {
    SendError::retry(format!("discord: {}", error.without_url()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_discords_hosts_are_asked() {
        let local = Client::new("http://127.0.0.1:8/dev/discord/api/v10", "tok").unwrap();
        let real = Client::new(crate::discord::client::API_URL, "tok").unwrap();
        let theirs = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1";
        assert!(real.of_discord(theirs).is_ok() && local.of_discord(theirs).is_ok());
        assert!(local.of_discord("http://127.0.0.1:8/dev/discord/cdn/1").is_ok());
        for other in [
            "http://127.0.0.1:8/dev/discord/cdn/1",
            "http://cdn.discordapp.com/a",
            "https://cdn.discordapp.com:8443/a",
            "https://cdn.discordapp.com.example.org/a",
            "https://cdn.discordapp.com@169.254.169.254/a",
            "https://169.254.169.254/latest/meta-data",
            "https://discord.com/api/v10/users/@me",
            "file:///etc/passwd",
            "cdn.discordapp.com/a",
            "",
        ] {
            assert!(real.of_discord(other).is_err(), "{other}");
        }
        for other in ["http://127.0.0.1:80/dev/discord/cdn", "http://127.0.0.1:8@evil/a"] {
            assert!(local.of_discord(other).is_err(), "{other}");
        }
    }
}
