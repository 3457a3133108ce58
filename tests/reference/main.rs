//! Upstream's own cases, as data: every file in `tests/data`, every case run or skipped with a reason, the counts printed.

mod acl;
mod cases;
mod facl;
mod impersonation;
mod text;
