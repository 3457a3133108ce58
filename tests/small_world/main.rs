//! A world small enough to look at all of it: every answer of the library against the oracle's.

#[path = "../support/agree.rs"]
mod agree;
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../support/plain.rs"]
mod plain;

mod access;
mod create;
mod edit;
mod library;
