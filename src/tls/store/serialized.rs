//! Where a serialised Java object ends, so that what follows it can be read.
//!
//! A secret key of a JCEKS store is such an object (`javax.crypto.SealedObject`), without a length before it. Nothing of
//! it is used and nothing is built from it. What its grammar needs is followed (Java Object Serialization
//! Specification §6.4): an object of classes with plain fields, strings, arrays of bytes. Anything else is refused.

use super::input::Input;

const MAX_DEPTH: usize = 8;
/// What can be referred to later. A sealed key has eleven.
const MAX_HANDLES: usize = 64;

const NULL: u8 = 0x70;
const REFERENCE: u8 = 0x71;
const CLASS: u8 = 0x72;
const OBJECT: u8 = 0x73;
const STRING: u8 = 0x74;
const ARRAY: u8 = 0x75;
const END_BLOCK: u8 = 0x78;
const FIRST_HANDLE: u32 = 0x7e_0000;

/// Moves over one stream with one object.
pub(super) fn skip(input: &mut Input<'_>) -> Option<()> {
    const MAGIC_AND_VERSION: u32 = 0xaced_0005;
    (input.u32()? == MAGIC_AND_VERSION).then_some(())?;
    let mut stream = Stream {
        handles: Vec::new(),
    };
    stream.content(input, MAX_DEPTH)
}

/// The kinds of a class's fields, those of its ancestors before its own; `[` and its element's kind for an array.
type Shape = Vec<u8>;

struct Stream {
    /// The shapes of classes; nothing for objects and strings, whose insides are not needed again.
    handles: Vec<Option<Shape>>,
}

impl Stream {
    fn remember(&mut self, shape: Option<Shape>) -> Option<usize> {
        (self.handles.len() < MAX_HANDLES).then_some(())?;
        self.handles.push(shape);
        Some(self.handles.len() - 1)
    }

    fn content(&mut self, input: &mut Input<'_>, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match input.u8()? {
            NULL => Some(()),
            REFERENCE => {
                let handle = input.u32()?.checked_sub(FIRST_HANDLE)?;
                self.handles.get(usize::try_from(handle).ok()?).map(drop)
            }
            STRING => {
                self.remember(None)?;
                input.utf().map(drop)
            }
            OBJECT => {
                let shape = self.class(input, depth)?;
                self.remember(None)?;
                for kind in shape {
                    self.field(input, kind, depth)?;
                }
                Some(())
            }
            ARRAY => {
                let shape = self.class(input, depth)?;
                self.remember(None)?;
                // Of bytes; there is no other in a sealed key.
                (shape == b"[B").then_some(())?;
                input.bytes().map(drop)
            }
            _ => None,
        }
    }

    fn field(&mut self, input: &mut Input<'_>, kind: u8, depth: usize) -> Option<()> {
        let size = match kind {
            b'B' | b'Z' => 1,
            b'C' | b'S' => 2,
            b'F' | b'I' => 4,
            b'D' | b'J' => 8,
            b'L' | b'[' => return self.content(input, depth),
            _ => return None,
        };
        input.take(size).map(drop)
    }

    fn class(&mut self, input: &mut Input<'_>, depth: usize) -> Option<Shape> {
        let depth = depth.checked_sub(1)?;
        match input.u8()? {
            NULL => Some(Shape::new()),
            REFERENCE => {
                let handle = input.u32()?.checked_sub(FIRST_HANDLE)?;
                self.handles.get(usize::try_from(handle).ok()?)?.clone()
            }
            CLASS => {
                const SERIALIZABLE_AND_NO_MORE: u8 = 2;
                const MAX_FIELDS: u16 = 16;
                let name = input.utf()?;
                let _version = input.take(8)?;
                let handle = self.remember(None)?;
                (input.u8()? == SERIALIZABLE_AND_NO_MORE).then_some(())?;
                let fields = input.u16().filter(|&fields| fields <= MAX_FIELDS)?;
                let mut own = Shape::new();
                for _ in 0..fields {
                    let kind = input.u8()?;
                    let _name = input.utf()?;
                    if matches!(kind, b'L' | b'[') {
                        self.content(input, depth)?;
                    }
                    own.push(kind);
                }
                (input.u8()? == END_BLOCK).then_some(())?;
                let mut shape = self.class(input, depth)?;
                shape.extend(own);
                if name.starts_with('[') {
                    shape = name.into_bytes();
                }
                *self.handles.get_mut(handle)? = Some(shape.clone());
                Some(shape)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A class with a number and a string, and an object of it.
    fn object() -> Vec<u8> {
        let mut bytes = vec![0xac, 0xed, 0, 5, OBJECT, CLASS, 0, 1, b'A'];
        bytes.extend([0; 8]);
        bytes.extend([2, 0, 2, b'I', 0, 1, b'n', b'L', 0, 1, b's']);
        bytes.extend([STRING, 0, 2, b'L', b';', END_BLOCK, NULL]);
        bytes.extend([0, 0, 0, 7]);
        // The string with the name of a class is the second thing that can be referred to.
        bytes.extend([REFERENCE, 0, 0x7e, 0, 1]);
        bytes
    }

    #[test]
    fn the_end_is_found() {
        let mut bytes = object();
        let len = bytes.len();
        bytes.extend(b"tail");
        let mut input = Input(&bytes);
        skip(&mut input).unwrap();
        assert_eq!(input.0, b"tail");
        for len in 0..len {
            assert_eq!(skip(&mut Input(&bytes[..len])), None, "{len}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let good = object();
        for (at, byte) in [
            (0, 0),
            (4, 0x77),
            (17, 3),
            (19, 200),
            (20, b'V'),
            (33, 0x7a),
            (34, 0x7a),
        ] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            assert_eq!(skip(&mut Input(&bytes)), None, "{at}");
        }
        let mut bytes = good;
        let end = bytes.len();
        bytes[end - 1] = 9;
        assert_eq!(skip(&mut Input(&bytes)), None, "a reference to nothing");
        // An object in an object in an object.
        let mut deep = vec![0xac, 0xed, 0, 5];
        for _ in 0..100_000 {
            deep.extend([
                OBJECT, CLASS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, b'L', 0, 0,
            ]);
        }
        assert_eq!(skip(&mut Input(&deep)), None);
    }
}
