//! What a million inodes take when their owners, groups and protections are in a table.

use std::alloc::System;

use bailiwick::acl::{
    AclSpec, Dialect, GroupId, Kind, Mode, Protection, ProtectionId, Table, UserId,
};
use bailiwick::identity::{GroupName, UserName};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const INODES: usize = 1_000_000;
const ACLS: usize = 1000;

struct Inode {
    owner: UserId,
    group: GroupId,
    acl: ProtectionId,
}

/// Six entries, and on every tenth a default ACL as well.
fn protection(n: usize) -> Protection {
    let mut spec = format!(
        "user:user{n}:rw-,group:group{}:r--,group:group{}:r-x",
        n % 50,
        n % 7 + 50
    );
    if n.is_multiple_of(10) {
        spec.push_str(",default:user:analytics:r-x");
    }
    let spec = AclSpec::parse(&spec, &Dialect::HDFS).unwrap();
    Protection::from(Mode::from_bits(0o750))
        .modify(&spec, Kind::Directory, &Dialect::HDFS)
        .unwrap()
}

/// An inode as a service makes one: from values that equal what is stored and share nothing with it.
fn inode(n: usize, table: &Table) -> Inode {
    let owner = UserName::new(&format!("user{}", n % 300)).unwrap();
    let group = GroupName::new(&format!("group{}", n % 40)).unwrap();
    Inode {
        owner: table.users().intern(&owner).unwrap(),
        group: table.groups().intern(&group).unwrap(),
        acl: table.protections().intern(&protection(n % ACLS)).unwrap(),
    }
}

fn held(region: &Region<'_, System>) -> usize {
    let change = region.change();
    change.bytes_allocated - change.bytes_deallocated
}

#[test]
fn an_inode_takes_twelve_bytes_and_the_table_little() {
    let region = Region::new(ALLOCATOR);
    let mut inodes = Vec::with_capacity(INODES);
    let mut table = Table::new();
    inodes.extend((0..ACLS).map(|n| inode(n, &table)));
    for n in ACLS..INODES {
        let like: &Inode = &inodes[n % ACLS];
        let twin = Inode {
            owner: table.users().share(&like.owner),
            group: table.groups().share(&like.group),
            acl: table.protections().share(&like.acl),
        };
        inodes.push(twin);
    }
    let all = held(&region);
    let in_table = all - INODES * size_of::<Inode>();
    println!(
        "{INODES} inodes, {ACLS} ACLs: {} bytes an inode and a table of {in_table} bytes, {:.2} bytes an inode together",
        size_of::<Inode>(),
        all as f64 / INODES as f64
    );
    assert_eq!(size_of::<Inode>(), 12);
    assert!(all <= 16 * INODES, "{all} bytes");

    // What the table says of itself is what the allocator saw, to a tenth.
    let usages = [
        table.users().usage(),
        table.groups().usage(),
        table.protections().usage(),
    ];
    assert_eq!(usages.map(|usage| usage.live), [300, 40, ACLS]);
    let told: usize = usages.iter().map(|usage| usage.bytes).sum();
    assert!(
        told.abs_diff(in_table) * 10 <= in_table,
        "{told} told, {in_table} measured"
    );

    // Freed slots are filled before new memory is taken.
    for gone in inodes.drain(..) {
        table.users().release(gone.owner);
        table.groups().release(gone.group);
        table.protections().release(gone.acl);
    }
    assert_eq!(table.reclaim(), 300 + 40 + ACLS);
    inodes.extend((0..ACLS).map(|n| inode(n, &table)));
    let again = held(&region);
    assert!(
        again.abs_diff(all) * 20 < in_table,
        "{all} bytes, then {again}"
    );
}
