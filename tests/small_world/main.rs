//! A world small enough to look at all of it: every answer of the library against the oracle's.

#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../support/plain.rs"]
mod plain;

mod access;
mod create;
mod edit;

use bailiwick::acl::Dialect;

use crate::oracle::Upstream;

/// Each dialect with the rules that it has to match.
const DIALECTS: [(Dialect, Upstream); 3] = [
    (Dialect::POSIX, Upstream::POSIX),
    (Dialect::HDFS, Upstream::HDFS),
    (Dialect::ALLUXIO, Upstream::ALLUXIO),
];
