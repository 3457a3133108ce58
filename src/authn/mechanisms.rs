//! What one end of a connection can do, by SASL's names.

use std::fmt;

use super::{Exchange, Login};

/// Mechanisms by their SASL names (RFC 4422 §3.1), the preferred ones first: those that a server offers on one connection, or,
/// as `Mechanisms<Connected>`, those that a client can use.
///
/// ```
/// use bailiwick::authn::{Anonymous, Mechanisms, Plain};
///
/// let plain = Plain::trusted();
/// let offered = Mechanisms::new().with("PLAIN", move || plain.server()).with("ANONYMOUS", Anonymous::server);
/// assert!(offered.names().eq(["PLAIN", "ANONYMOUS"]));
/// assert!(offered.begin("PLAIN").is_some());
/// assert!(offered.begin("NO_PLAIN").is_none());
///
/// let client = Mechanisms::new().with("ANONYMOUS", || Anonymous::client(""));
/// let (name, _exchange) = client.choose(offered.names()).unwrap();
/// assert_eq!(name, "ANONYMOUS");
/// ```
pub struct Mechanisms<End = Login>(Vec<(&'static str, Begin<End>)>);

type Begin<End> = Box<dyn Fn() -> Exchange<End> + Send + Sync>;

impl<End> Mechanisms<End> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The same, and one more after them. One of the same name keeps its place and is replaced.
    #[must_use]
    pub fn with(
        mut self,
        name: &'static str,
        begin: impl Fn() -> Exchange<End> + Send + Sync + 'static,
    ) -> Self {
        let begin: Begin<End> = Box::new(begin);
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = begin,
            None => self.0.push((name, begin)),
        }
        self
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// A new exchange of that mechanism, if it is one of these. Names are compared as they are written: in capitals.
    #[must_use]
    pub fn begin(&self, name: &str) -> Option<Exchange<End>> {
        let (_, begin) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(begin())
    }

    /// The first of these that the other end offers, and an exchange of it.
    ///
    /// Whoever is between the two can shorten what is offered. So a client that must not fall back to a weaker mechanism does
    /// not have it here, or reads the offer over TLS.
    pub fn choose<'a>(
        &self,
        offered: impl IntoIterator<Item = &'a str>,
    ) -> Option<(&'static str, Exchange<End>)> {
        let offered: Vec<_> = offered.into_iter().collect();
        let (name, begin) = self.0.iter().find(|(name, _)| offered.contains(name))?;
        Some((name, begin()))
    }
}

impl<End> Default for Mechanisms<End> {
    fn default() -> Self {
        Self::new()
    }
}

impl<End> fmt::Debug for Mechanisms<End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::{Anonymous, Connected, Plain, Step};
    use crate::identity::UserName;

    #[test]
    fn the_first_that_both_know_is_taken_and_the_latest_of_one_name_counts() {
        let alice = UserName::new("alice").unwrap();
        let client: Mechanisms<Connected> = Mechanisms::new()
            .with("PLAIN", || Anonymous::client("replaced"))
            .with("ANONYMOUS", || Anonymous::client("trace"))
            .with("PLAIN", move || Plain::client(&alice, None, None));
        assert_eq!(format!("{client:?}"), r#"["PLAIN", "ANONYMOUS"]"#);
        let sent = |offered: &[&str]| {
            let (name, exchange) = client.choose(offered.iter().copied())?;
            match exchange.step(b"") {
                Ok(Step::Done { reply, .. }) => Some((name, String::from_utf8(reply).unwrap())),
                other => panic!("{other:?}"),
            }
        };
        let plain = Some(("PLAIN", "\0alice\0noPassword".to_owned()));
        assert_eq!(sent(&["ANONYMOUS", "GSSAPI", "PLAIN"]), plain);
        assert_eq!(
            sent(&["plain", "ANONYMOUS"]),
            Some(("ANONYMOUS", "trace".to_owned()))
        );
        assert_eq!(sent(&["GSSAPI"]), None);
    }
}
