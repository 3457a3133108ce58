//! Which mechanism a first token is for: read before the library sees it, because the library tries several.

/// What a context begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Kerberos,
    Spnego,
    Ntlm,
    /// Another mechanism, or no token.
    Other,
}

/// 1.2.840.113554.1.2.2
const KERBEROS: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
/// 1.3.6.1.5.5.2
const SPNEGO: &[u8] = b"\x06\x06\x2b\x06\x01\x05\x05\x02";
/// How a message of [MS-NLMP] begins, which browsers send without any frame.
const NTLM: &[u8] = b"NTLMSSP\0";

/// Reads the frame of a first token (RFC 2743 §3.1): `0x60`, the length of the rest in DER, the mechanism's OID.
pub(super) fn kind(token: &[u8]) -> Kind {
    if token.starts_with(NTLM) {
        return Kind::Ntlm;
    }
    match body(token) {
        Some(body) if body.starts_with(KERBEROS) => Kind::Kerberos,
        Some(body) if body.starts_with(SPNEGO) => Kind::Spnego,
        _ => Kind::Other,
    }
}

/// What is inside of the frame, if that is all there is.
fn body(token: &[u8]) -> Option<&[u8]> {
    let (&[tag, first], rest) = token.split_first_chunk()?;
    if tag != 0x60 {
        return None;
    }
    let (length, body) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (octets, body) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = octets
                .iter()
                .fold(0_u32, |length, octet| length << 8 | u32::from(*octet));
            (usize::try_from(length).ok()?, body)
        }
        _ => return None,
    };
    (body.len() == length).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &[u8]) -> Vec<u8> {
        let mut token = vec![0x60];
        match u8::try_from(body.len()) {
            Ok(length @ 0..0x80) => token.push(length),
            _ => {
                token.push(0x82);
                token.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
            }
        }
        [token, body.to_vec()].concat()
    }

    #[test]
    fn a_first_token_says_its_mechanism() {
        for padding in [2, 200, 2000] {
            let rest = vec![1; padding];
            let kerberos = framed(&[KERBEROS, &rest].concat());
            assert_eq!(kind(&kerberos), Kind::Kerberos);
            let spnego = framed(&[SPNEGO, &rest].concat());
            assert_eq!(kind(&spnego), Kind::Spnego);
            assert_eq!(kind(&framed(&rest)), Kind::Other);
            // Longer or shorter than it says.
            assert_eq!(kind(&[&kerberos[..], b"x"].concat()), Kind::Other);
            assert_eq!(kind(&kerberos[..kerberos.len() - 1]), Kind::Other);
        }
        assert_eq!(kind(b"NTLMSSP\0\x01\0\0\0"), Kind::Ntlm);
        for token in [
            &b""[..],
            b"\x60",
            b"\x60\x80",
            b"\x60\x84\xff\xff\xff",
            b"\x61\x02\x06\x00",
        ] {
            assert_eq!(kind(token), Kind::Other, "{token:?}");
        }
    }
}
