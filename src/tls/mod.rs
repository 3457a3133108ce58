//! TLS contexts from the key stores and trust stores that Java services have.
