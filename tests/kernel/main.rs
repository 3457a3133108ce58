//! The kernel agrees: random trees on a real file system, and what it lets other users do there, against our answers in the
//! POSIX dialect.
//!
//! `setfacl` makes the trees. Workers ask the kernel: this binary again, one process for each subject, under the user and
//! groups of the subject, so that every check is the kernel's own. It runs as root, on a file system with ACLs.
//!
//! `BAILIWICK_KERNEL_CASES` is how many cases each test tries (half of it where inodes are made by the hundred, a tenth where
//! each case runs a tool), 5,000 unless said otherwise; `BAILIWICK_SEED` repeats a run, and every run prints its seed.
//! A mismatch prints the inodes on the way in the form that `setfacl --restore` reads.
//!
//! Settings of the machine do not matter: `fs.protected_regular` and `protected_fifos` are about `O_CREAT` on what exists,
//! which nothing here does, and links, which the other two are about, are not made.

#![cfg(target_os = "linux")]

mod access;
mod births;
mod disk;
mod operations;
mod people;
#[path = "../support/random.rs"]
mod random;
mod run;
mod traits;
mod trees;
mod values;
mod worker;
mod world;

use people::Ids;
use worker::Worker;

/// Also the entry of the workers: a test binary has no other.
#[test]
fn a_worker_is_the_user_it_was_told_to_be() {
    if worker::serve_if_asked() {
        return;
    }
    run::ready();
    let folder = tempfile::tempdir().unwrap();
    let ids = Ids {
        user: people::USERS[1],
        groups: vec![people::GROUPS[2], people::GROUPS[0], people::GROUPS[5]],
    };
    let mut worker = Worker::start(&ids, folder.path());
    assert_eq!(worker.ask("stat /"), Ok(()));
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.process())).unwrap();
    let [user, primary, low, high] = [
        people::USERS[1],
        people::GROUPS[2],
        people::GROUPS[0],
        people::GROUPS[5],
    ];
    for line in [
        format!("Uid:\t{user}\t{user}\t{user}\t{user}"),
        format!("Gid:\t{primary}\t{primary}\t{primary}\t{primary}"),
        format!("Groups:\t{low} {high} "),
        format!("CapPrm:\t{:016x}", 0),
        format!("CapEff:\t{:016x}", 0),
    ] {
        assert!(status.lines().any(|l| l == line), "{line:?} in\n{status}");
    }
}
