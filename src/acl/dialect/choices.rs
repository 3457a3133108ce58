//! The choices that make up a [`Dialect`](super::Dialect): each names one point on which Alluxio, HDFS and POSIX differ.

/// Whose bits count when a subject is in several groups that have entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MatchingGroups {
    /// The bits of all matching entries together (Alluxio, `AccessControlList.getPermission`).
    Union,
    /// One entry alone must hold all requested bits (POSIX.1e 23.1.5, HDFS `hasAclPermission`).
    OneEntry,
}

/// What a mask that grants nothing means for named users and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyMask {
    /// They get nothing (POSIX.1e 23.1.5, Alluxio, HDFS).
    Denies,
    /// They count as others, unless they are in the owning group: where the group bits of the mode are empty, the kernel's
    /// `acl_permission_check` does not read the ACL.
    HidesEntries,
}

/// Which files a super user may execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SuperUserExecutes {
    /// Every file (Alluxio, HDFS).
    Anything,
    /// Files that have an `x` anywhere in their mode (the kernel's `generic_permission`).
    WhatAnybodyMay,
}

/// What the group bits of the mode are when the ACL is extended, for display and for chmod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeGroupBits {
    /// The mask; chmod changes the mask and keeps `group::` (POSIX.1e, HDFS).
    Mask,
    /// The owning group's entry; chmod changes it and keeps the mask (Alluxio).
    OwningGroup,
}

/// What an explicit mask in a request keeps from being recalculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskFreeze {
    /// The mask of its own scope (HDFS, setfacl).
    OwnScope,
    /// The masks of both scopes (Alluxio, `MutableInode.updateMask`).
    BothScopes,
}

/// Which changes of a scope make its mask be recalculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskTrigger {
    /// Any entry that the request names, were it to remove what is not there (setfacl).
    AnyEntry,
    /// Any entry that the request puts, or finds to remove (HDFS, `AclTransformation`).
    ChangedEntry,
    /// A named entry or the owning group, named in the request (Alluxio, `MutableInode.updateMask`).
    GroupClass,
}

/// What becomes of a mask without named entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoneMask {
    /// It is part of the ACL and is applied (HDFS, POSIX).
    Kept,
    /// It vanishes: a mask exists only beside named entries (Alluxio).
    Dropped,
}

/// What replacing the whole ACL does to a default ACL that the request does not mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetDefault {
    /// It stays; mentioned, it is replaced (HDFS, `setfacl --set`).
    ReplacedIfGiven,
    /// It stays; mentioned, the entries are merged into it (Alluxio).
    Merged,
}

/// What "remove all" removes besides the extended entries of the access ACL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoveAll {
    /// The default ACL too (HDFS). The owning group gets its own entry back, unmasked.
    AccessAndDefault,
    /// The default ACL too, and from the owning group what the mask withheld, so that nobody gains (`setfacl -b`).
    MaskedAccessAndDefault,
    /// Nothing else (Alluxio).
    AccessOnly,
}

/// When a directory has a default ACL. What is there gets its missing base entries from the access ACL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultExists {
    /// As long as it has an entry (setfacl).
    WithAnyEntry,
    /// As long as it has an entry besides the mask (HDFS, `AclTransformation`).
    BesidesMask,
    /// From its first entry on until it is removed as a whole; its base entries are copied at once (Alluxio,
    /// `DefaultAccessControlList`).
    OnceMade,
}

/// Which default entries are refused on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultOnFile {
    /// Those that it would have afterwards; a recursive request passes files by with the rest (HDFS, setfacl).
    RefusedAsResult,
    /// All that a request names, even to remove them, and in a recursive request too (Alluxio).
    RefusedInRequest,
}

/// Whether the umask counts for a child of a directory with a default ACL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UmaskUnderDefault {
    /// The requested mode alone filters what is inherited (POSIX.1e 23.3.1, HDFS with POSIX inheritance).
    Ignored,
    /// The requested mode less the umask filters it (Alluxio).
    Applied,
}

/// How the keywords of ACL text are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keywords {
    /// `user`, `USER` and `User` are the same, `default` is lower case (HDFS, `AclEntry.parseAclEntry`).
    AnyCase,
    /// `user` and nothing else (Alluxio).
    LowerCase,
    /// `user` or `u`, `default` or `d`, and so on; a name without a keyword is a user (`setfacl(1)`).
    Abbreviated,
}

/// What blanks around the parts of an ACL entry are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blanks {
    /// Nothing (Alluxio, `setfacl(1)`).
    Ignored,
    /// Part of what they stand beside, and so an error (HDFS).
    Literal,
}

/// How the permission of an ACL entry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PermText {
    /// Three characters, `r-x` (Alluxio, HDFS).
    Exact,
    /// Any of `r`, `w`, `x`, `X` and `-` in any order, or one octal digit (`setfacl(1)`).
    Loose,
}

/// Where the list of an ACL spec may have an item without text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyItems {
    /// Anywhere: it is skipped (HDFS).
    Anywhere,
    /// At the end, behind the last comma (Alluxio, `setfacl(1)`).
    AtEnd,
}

/// Whose entries a removal in text may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemovalText {
    /// Anybody's: `user:` is the owner's (HDFS, `setfacl(1)`).
    AnyEntry,
    /// `user` and `group` need a name (Alluxio, `AclEntry.fromCliStringWithoutPermissions`).
    Named,
}

/// How a name is written in ACL text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameText {
    /// As it is (Alluxio, HDFS).
    Plain,
    /// With `\ooo`, three octal digits, for a blank and `\\` for a backslash (`setfacl(1)`, `getfacl(1)`).
    Escaped,
}

/// The command line of `setfacl` and `getfacl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaclCommand {
    /// One action: `[-d] [-R] [--set | -m | -x <acl>] | -b | -k <path>` (Alluxio `fs setfacl`).
    Alluxio,
    /// One action, options first: `[-R] -b | -k | {-m | -x | --set <acl_spec>} <path>` (HDFS `dfs -setfacl`).
    Hdfs,
    /// Any actions, one after the other, for any files (`setfacl(1)`).
    Posix,
}

/// The language of modes in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeText {
    /// `ModeParser`: octal, or clauses with `=` that add up.
    Alluxio,
    /// `ChmodParser`: octal, or clauses with `+`, `-`, `=`, `X` and `t`, of which the last for a class wins.
    Hdfs,
    /// `chmod(1)`: octal, or clauses done one after the other, also copying (`g=u`).
    Posix,
}

/// The language of umasks in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UmaskText {
    /// `ModeUtils.getUMask`: at most four decimal digits, weighted as octal ones.
    WeightedDigits,
    /// `UmaskParser`: three octal digits, or the bits to keep (`u=rwx,g=rx,o=`).
    OctalOrKept,
    /// `umask` of the POSIX shell: octal digits, or the bits to keep.
    Shell,
}

/// The order in which entries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListingOrder {
    /// Owner, named users, owning group, named groups, mask, other (POSIX.1e, HDFS).
    MaskThenOther,
    /// Owner, owning group, other, named users, named groups, mask (Alluxio).
    BaseFirst,
}

/// Which entries are told beside the mode, where a mode and a list of entries are told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusEntries {
    /// Those that the mode does not tell (HDFS `AclStatus`).
    BesideMode,
    /// All (Alluxio `stringEntries`, `getfacl(1)`).
    All,
}

/// The form of a whole ACL as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GetfaclForm {
    /// Header and entries (Alluxio `fs getfacl`).
    Plain,
    /// A line for the sticky bit and `#effective:` where the mask cuts; a blank line ends it (HDFS `dfs -getfacl`).
    Hdfs,
    /// The same with escapes in the header (`getfacl(1)`).
    Posix,
}

/// Who may set the owner of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChownRule {
    /// A super user (Alluxio, `checkSetAttributePermission`).
    SuperUser,
    /// A super user; the owner may set it to what it is (HDFS `setOwner`, the kernel's `chown_ok`).
    OwnerToSame,
}

/// To which groups the owner of a file may give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChgrpRule {
    /// Groups that the owner is in (HDFS).
    OwnGroups,
    /// Those, and the group that the file has already (the kernel's `chgrp_ok`).
    OwnGroupsOrSame,
    /// Any group (Alluxio).
    AnyGroup,
}

/// Which group a new inode belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NewGroup {
    /// Its directory's (HDFS, as BSD).
    OfDirectory,
    /// The primary group of its creator (Alluxio, Linux).
    OfCreator,
}

/// Which upstream's wording a denial has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageForm {
    /// `Permission denied: user=…, access=…, path=…: failed at …` (`DefaultPermissionChecker`).
    Alluxio,
    /// `Permission denied: user=…, access=…, inode="…":owner:group:drwxr-xr-x` (`FSPermissionChecker`).
    Hdfs,
}

/// What reading the attributes of an inode needs on the inode itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatNeeds {
    /// Nothing: who gets there may look (HDFS, POSIX, Alluxio since 2.9).
    Nothing,
    /// `r--` (Alluxio up to 2.8).
    Read,
}

/// What listing needs on the inode listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListNeeds {
    /// `r--`, and then `--x` of a directory (Alluxio `listStatus`).
    ReadThenExecute,
    /// `r-x` of a directory, nothing of a file (HDFS `getListing`).
    ReadExecuteOfDirectory,
    /// `r--` of a directory, nothing of a file (`opendir(3)`).
    ReadOfDirectory,
}

/// What overwriting an existing file needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverwriteNeeds {
    /// To change its directory: the old file is deleted (Alluxio).
    Directory,
    /// To change its directory and to write the file (HDFS `startFile`).
    DirectoryAndFile,
    /// To write the file: no directory changes (`O_TRUNC`).
    File,
}

/// What adding to or removing from a directory needs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeDirectory {
    /// `-w-`, after `--x` was asked on the way (Alluxio, HDFS).
    Write,
    /// `-wx` at once: one entry must hold both (the kernel's `may_create` and `may_delete`).
    WriteExecute,
}

/// What moving a directory to another parent needs on the directory itself, besides what both parents must grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MoveDirectory {
    /// Nothing (Alluxio, HDFS).
    Nothing,
    /// `-w-`: its `..` changes (the kernel's `vfs_rename`).
    Write,
}

/// What a rename needs of an inode in whose place it puts another, besides what its directory must grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplaceNeeds {
    /// Nothing (Alluxio; HDFS, whose `renameTo` looks at the sticky bit of the source's directory alone).
    Nothing,
    /// That the directory's sticky bit does not protect it (the kernel's `may_delete`).
    NotSticky,
}

/// Who may set the times of an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetTimesNeeds {
    /// Who may write it (Alluxio, HDFS).
    Write,
    /// Its owner (`utimensat(2)` with a time).
    Ownership,
}

/// What deleting a tree needs inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeleteTree {
    /// `-w-` of every inode below, found by passing through the directories (Alluxio `deleteInternal`).
    WriteOfEach,
    /// `rwx` at once of each directory that is not empty, the root of the tree included (HDFS `subAccess`).
    AllOfFilled,
    /// Of each such directory `r--` to read it and then `-wx` to empty it (`rm -r`).
    ReadThenWriteExecuteOfFilled,
}
