//! Takes numbers and pieces from the front of bytes that may end anywhere.

/// What has not been taken yet.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'t>(pub(super) &'t [u8]);

impl<'t> Bytes<'t> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'t [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        self.take(LENGTH)?.try_into().ok()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A piece after its length; the last one may be cut.
    pub(super) fn sized(&mut self) -> Option<&'t [u8]> {
        let length = usize::try_from(self.u32()?).ok()?.min(self.0.len());
        self.take(length)
    }

    /// The same, filled up to a multiple of four.
    pub(super) fn padded(&mut self) -> Option<&'t [u8]> {
        let piece = self.sized()?;
        let padding = piece.len().next_multiple_of(4) - piece.len();
        self.take(padding.min(self.0.len()));
        Some(piece)
    }
}
