//! The least of a mail program: one conversation, one message at a time, nothing retried.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

use super::fresh;

/// A conversation with the mail door.
pub struct Smtp {
    stream: BufReader<TcpStream>,
}

impl Smtp {
    /// Connects, and greets after being greeted.
    pub async fn connect(address: SocketAddr) -> io::Result<Smtp> {
        let mut smtp = Smtp::connect_silently(address).await?;
        smtp.say("EHLO tests.example.com").await?;
        Ok(smtp)
    }

    /// The same from another address of this machine, under another name.
    pub async fn connect_from(client: IpAddr, address: SocketAddr) -> io::Result<Smtp> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((client, 0).into())?;
        let mut smtp = Smtp::over(socket.connect(address).await?).await?;
        smtp.say("EHLO elsewhere.example.net").await?;
        Ok(smtp)
    }

    /// Connects, reads the greeting and says nothing.
    pub async fn connect_silently(address: SocketAddr) -> io::Result<Smtp> {
        Smtp::over(TcpStream::connect(address).await?).await
    }

    async fn over(stream: TcpStream) -> io::Result<Smtp> {
        stream.set_nodelay(true)?;
        let mut smtp = Smtp { stream: BufReader::new(stream) };
        smtp.reply().await?;
        Ok(smtp)
    }

    /// Sends one message and answers what the door said after its end: 250 means it is kept.
    pub async fn send(&mut self, from: &str, to: &str, raw: &str) -> io::Result<String> {
        self.send_bytes(from, to, raw.as_bytes()).await
    }

    /// The same for a message that is no text. Lines end as they are: `raw` has them right.
    pub async fn send_bytes(&mut self, from: &str, to: &str, raw: &[u8]) -> io::Result<String> {
        for line in [&format!("MAIL FROM:<{from}>"), &format!("RCPT TO:<{to}>"), "DATA"] {
            let reply = self.say(line).await?;
            if !reply.starts_with(['2', '3']) {
                return Ok(reply);
            }
        }
        self.stream.write_all(&stuffed(raw)).await?;
        self.say("\r\n.").await
    }

    /// Says one line and answers the reply to it.
    pub async fn say(&mut self, line: &str) -> io::Result<String> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// Writes bytes that are no SMTP, and answers all that comes back until the door hangs up.
    pub async fn shout(&mut self, bytes: &[u8]) -> String {
        let mut heard = Vec::new();
        // A door that has hung up may refuse the bytes or the reading: both are an end.
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.read_to_end(&mut heard).await;
        String::from_utf8_lossy(&heard).into_owned()
    }

    async fn reply(&mut self) -> io::Result<String> {
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            // "250-" goes on, "250 " is the last line.
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.trim_end().to_owned());
            }
        }
    }
}

/// RFC 5321, 4.5.2: a line that begins with a dot gets another.
fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(raw.len());
    for (place, byte) in raw.iter().enumerate() {
        if *byte == b'.' && (place == 0 || raw[..place].ends_with(b"\r\n")) {
            stuffed.push(b'.');
        }
        stuffed.push(*byte);
    }
    stuffed
}

/// A plain mail with a `Message-ID` of its own.
pub fn letter(from: &str, to: &str, subject: &str, body: &str) -> String {
    let id = fresh();
    let body = body.replace('\n', "\r\n");
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n\
         Date: Sun, 22 Nov 2026 09:00:00 +0000\r\nMessage-ID: <{id}@tests.example.com>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}
