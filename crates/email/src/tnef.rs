//! `winmail.dat`: what Outlook wraps around text and files when it takes the reader for another Outlook (Transport
//! Neutral Encapsulation Format, [MS-OXTNEF]). Its files and its text are read; checksums, recipients and the many
//! other properties are not. Whatever is cut or wrong ends the reading, and what came before it is kept.
//!
//! Own because the one crate there is (`tnef` 0.1.1 of 2019) stops at the first wrong checksum, knows no properties
//! and brings a calendar.

mod bytes;
mod properties;
mod rtf;

use crate::charset;
use bytes::Bytes;
use properties::Property;

/// Section 2.1.3.1 TNEFSignature.
const SIGNATURE: &[u8] = &[0x78, 0x9f, 0x3e, 0x22];
/// Mails within mails that are opened.
const DEEPEST: usize = 4;
/// More files than this are not read.
const MOST_FILES: usize = 2000;

/// Section 2.1.3.2: the low half of an attribute's identifier.
const BODY: u16 = 0x800c;
const CODE_PAGE: u16 = 0x9007;
const MESSAGE_PROPERTIES: u16 = 0x9003;
const FILE_BEGINS: u16 = 0x9002;
const FILE_TITLE: u16 = 0x8010;
const FILE_DATA: u16 = 0x800f;
const FILE_PROPERTIES: u16 = 0x9005;

/// What was wrapped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wrapped {
    /// The text.
    pub(crate) text: Option<String>,
    /// The HTML.
    pub(crate) html: Option<String>,
    /// The files.
    pub(crate) files: Vec<File>,
}

/// A file that was wrapped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct File {
    /// The name as written; may be empty.
    pub(crate) name: String,
    /// The declared type; may be empty.
    pub(crate) content_type: String,
    /// The Content-ID.
    pub(crate) content_id: Option<String>,
    /// What the file holds.
    pub(crate) bytes: Vec<u8>,
}

/// What these bytes wrap; nothing when they are something else.
pub(crate) fn read(raw: &[u8]) -> Option<Wrapped> {
    at_depth(raw, 0)
}

fn at_depth(raw: &[u8], depth: usize) -> Option<Wrapped> {
    let mut stream = Bytes(raw.strip_prefix(SIGNATURE)?);
    stream.take(2)?;
    let mut reader =
        Reader { wrapped: Wrapped::default(), code_page: String::from("cp1252"), depth };
    while let Some((id, data)) = attribute(&mut stream) {
        reader.add(id, data);
    }
    let mut wrapped = reader.wrapped;
    wrapped.files.retain(|file| !file.name.is_empty() || !file.bytes.is_empty());
    Some(wrapped)
}

/// Level, identifier, length, data and checksum (section 2.1.3).
fn attribute<'t>(stream: &mut Bytes<'t>) -> Option<(u16, &'t [u8])> {
    stream.take(1)?;
    let id = stream.u16()?;
    stream.take(2)?;
    let data = stream.sized()?;
    stream.take(2);
    Some((id, data))
}

struct Reader {
    wrapped: Wrapped,
    /// The label of the character set in which text of one byte a character is.
    code_page: String,
    depth: usize,
}

impl Reader {
    fn add(&mut self, id: u16, data: &[u8]) {
        match id {
            CODE_PAGE => self.code_page = Bytes(data).u32().map(label).unwrap_or_default(),
            BODY => self.wrapped.text = self.text(data),
            MESSAGE_PROPERTIES => self.message(data),
            FILE_BEGINS if self.wrapped.files.len() < MOST_FILES => {
                self.wrapped.files.push(File::default());
            }
            FILE_TITLE => {
                let name = self.text(data).unwrap_or_default();
                self.on_file(|file| file.name = name);
            }
            FILE_DATA => self.on_file(|file| file.bytes = data.to_vec()),
            FILE_PROPERTIES => self.file(data),
            _ => {}
        }
    }

    fn on_file(&mut self, change: impl FnOnce(&mut File)) {
        if let Some(file) = self.wrapped.files.last_mut() {
            change(file);
        }
    }

    fn text(&self, data: &[u8]) -> Option<String> {
        let text = charset::text(data, Some(&self.code_page)).replace('\0', "");
        (!text.trim().is_empty()).then_some(text)
    }

    fn message(&mut self, data: &[u8]) {
        let mut rich = None;
        for property in properties::all(data) {
            match property {
                Property { id: properties::BODY, .. } => {
                    self.wrapped.text = property.text(&self.code_page).or(self.wrapped.text.take());
                }
                Property { id: properties::HTML, .. } => {
                    self.wrapped.html = property.text(&self.code_page);
                }
                Property { id: properties::RICH_TEXT, .. } => rich = rtf::text(property.value),
                Property { id: properties::INTERNET_CODE_PAGE, .. } => {
                    let page = Bytes(property.value).u32().map(label);
                    self.code_page = page.unwrap_or_else(|| self.code_page.clone());
                }
                _ => {}
            }
        }
        self.wrapped.text = self.wrapped.text.take().or(rich);
    }

    fn file(&mut self, data: &[u8]) {
        let mut inner = None;
        for property in properties::all(data) {
            let text = |page: &str| property.text(page).map(|text| text.trim().to_owned());
            match property.id {
                properties::FILE_DATA => inner = Some(property.object()),
                properties::LONG_NAME => {
                    let name = text(&self.code_page).unwrap_or_default();
                    self.on_file(|file| file.name = name);
                }
                properties::NAME | properties::SHORT_NAME => {
                    let name = text(&self.code_page).unwrap_or_default();
                    self.on_file(|file| {
                        if file.name.is_empty() {
                            file.name = name
                        }
                    });
                }
                properties::TYPE => {
                    let name = text(&self.code_page).unwrap_or_default();
                    self.on_file(|file| file.content_type = name);
                }
                properties::CONTENT_ID => {
                    let id = text(&self.code_page);
                    self.on_file(|file| file.content_id = id);
                }
                _ => {}
            }
        }
        if let Some(bytes) = inner {
            self.data(bytes);
        }
    }

    /// A mail that was attached is wrapped in turn; its files become files of this one.
    fn data(&mut self, bytes: &[u8]) {
        let inner = (self.depth < DEEPEST).then(|| at_depth(bytes, self.depth + 1)).flatten();
        let Some(inner) = inner else {
            return self.on_file(|file| file.bytes = bytes.to_vec());
        };
        let text = inner.text.or(inner.html).unwrap_or_default();
        self.on_file(|file| {
            file.bytes = text.into_bytes();
            file.content_type = "text/plain".to_owned();
            file.name.push_str(".txt");
        });
        let room = MOST_FILES.saturating_sub(self.wrapped.files.len());
        self.wrapped.files.extend(inner.files.into_iter().take(room));
    }
}

/// Windows knows character sets by numbers.
fn label(page: u32) -> String {
    match page {
        20127 => "us-ascii".to_owned(),
        28591..=28606 => format!("iso-8859-{}", page - 28590),
        50220..=50222 => "iso-2022-jp".to_owned(),
        51932 => "euc-jp".to_owned(),
        54936 => "gb18030".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        _ => format!("cp{page}"),
    }
}

#[cfg(test)]
#[path = "tnef_tests.rs"]
mod tests;
