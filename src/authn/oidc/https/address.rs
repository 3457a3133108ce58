//! An address of a document.

/// An `https://` address, or one of `http://`, in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) tls: bool,
    /// Host and port as they are written.
    pub(super) authority: &'a str,
    host: &'a str,
    pub(super) port: u16,
    pub(super) path: &'a str,
}

impl<'a> Address<'a> {
    pub(super) fn parse(url: &'a str) -> Result<Self, &'static str> {
        let (tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err("an address begins with https://"),
        };
        if !rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
        {
            return Err("an address is of visible ASCII, without a fragment");
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at_checked(at).unwrap_or_default(),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = match port {
            None => {
                if tls {
                    443
                } else {
                    80
                }
            }
            Some(port) => {
                let digits = port.bytes().all(|byte| byte.is_ascii_digit());
                let port = port.parse().ok().filter(|_| digits);
                port.ok_or("a port is a number up to 65535")?
            }
        };
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let good = match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                let inside =
                    |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
                !host.is_empty() && host.bytes().all(inside)
            }
        };
        if !good {
            return Err("a host is a name or an IP address");
        }
        Ok(Self {
            tls,
            authority,
            host,
            port,
            path,
        })
    }

    /// The host without the brackets of an IPv6 address.
    pub(super) fn name(&self) -> &'a str {
        self.host.trim_matches(['[', ']'])
    }
}
