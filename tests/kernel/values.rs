//! Values of ACL attributes, most of them broken: the kernel takes what we can read, and refuses what we refuse.

use std::fs;

use bailiwick::acl::{Acl, Kind, LinuxAttrs, Protection, XattrError};
use rustix::fs::{XattrFlags, setxattr};
use rustix::io::Errno;

use crate::disk::Inode;
use crate::people::{gid, group, uid, user};
use crate::random::Random;
use crate::run::Run;
use crate::traits::Traits;

#[test]
fn the_kernel_takes_the_values_that_we_can_read() {
    let mut run = Run::new("values");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory");
    fs::create_dir(&path).unwrap();
    let bare = Inode::read(&path);
    for _ in 0..run.cases {
        let value = value(&mut run.rng);
        let name = *run.rng.pick(&[LinuxAttrs::ACCESS, LinuxAttrs::DEFAULT]);
        let kernel = setxattr(&path, name, &value, XattrFlags::empty());
        let ours = Acl::from_xattr(&value, |id| Some(user(id)), |id| Some(group(id)));
        let kind = match (kernel, &ours) {
            (Ok(()), Ok(acl)) => {
                let sticky = bare.attrs.mode.sticky();
                let protection = match name {
                    LinuxAttrs::ACCESS => Protection::from_parts(acl.clone(), None, sticky),
                    _ => Protection::from_parts(
                        Acl::from_mode(bare.attrs.mode),
                        Some(acl.clone()),
                        sticky,
                    ),
                };
                let read = Inode::read(&path).attrs;
                let read = Protection::from_linux(&read, |id| Some(user(id)), |id| Some(group(id)));
                assert_eq!(read, Ok(protection), "{value:?}");
                "taken"
            }
            // To set no entries is to remove the ACL.
            (Ok(()), Err(_)) if matches!(value.len(), 0 | 4) => "without entries",
            (Ok(()), Err(XattrError::Duplicate { .. })) => {
                "with duplicates, which only the kernel takes"
            }
            (Err(Errno::OPNOTSUPP), Err(XattrError::Version { .. })) => "of another version",
            (Err(Errno::INVAL), Err(error)) if !matches!(error, XattrError::Duplicate { .. }) => {
                "refused"
            }
            // An entry may be both a duplicate and out of order; we look at the first that is wrong.
            (Err(Errno::INVAL), Err(XattrError::Duplicate { .. })) => {
                "refused for more than duplicates"
            }
            _ => panic!("{name} {value:?}: the kernel says {kernel:?}, we say {ours:?}"),
        };
        run.note(kind);
        if kernel.is_ok() {
            bare.restore(&path);
        }
    }
    for kind in ["taken", "refused"] {
        assert!(
            run.noted(kind) > run.cases / 10,
            "{kind}: {}",
            run.noted(kind)
        );
    }
    run.finish();
}

/// A value as it should be, changed in up to three places.
fn value(rng: &mut Random) -> Vec<u8> {
    let protection = Traits::random(rng, Kind::File).protection();
    let mut value = protection.access().to_xattr(uid, gid).unwrap();
    for _ in 0..rng.below(4) {
        let entries = value.len().saturating_sub(4) / 8;
        let entry = |number: usize| 4 + number * 8;
        match rng.below(10) {
            _ if entries == 0 => {}
            0 => value.truncate(rng.below(value.len() + 1)),
            1 => drop(value.drain(4..entry(rng.below(entries)))),
            2 => {
                let at = entry(rng.below(entries));
                value.drain(at..at + 8);
            }
            3 => {
                let from = entry(rng.below(entries));
                let copy = value[from..from + 8].to_vec();
                let at = entry(rng.below(entries + 1));
                value.splice(at..at, copy);
            }
            4 => {
                let (one, other) = (entry(rng.below(entries)), entry(rng.below(entries)));
                (0..8).for_each(|byte| value.swap(one + byte, other + byte));
            }
            5 => value[entry(rng.below(entries))] = 1 << rng.below(8),
            6 => value[2 + entry(rng.below(entries))] = u8::try_from(rng.below(9)).unwrap(),
            7 => {
                let at = 4 + entry(rng.below(entries));
                value[at..at + 4].fill(*rng.pick(&[0, 1, 0xff]));
            }
            8 if rng.percent(20) => value[rng.below(4)] = 1,
            _ => {
                let at = rng.below(value.len());
                value[at] = u8::try_from(rng.below(256)).unwrap();
            }
        }
    }
    value
}
