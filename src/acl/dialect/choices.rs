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

/// Which requests make the mask of a scope be recalculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskTrigger {
    /// Those that add, replace or remove an entry of it (HDFS, `AclTransformation`).
    AnyChange,
    /// Those that name an entry of it, even one to remove that is not there (`setfacl(1)`).
    AnyEntry,
    /// Those that name a named entry or the owning group of it, even one to remove that is not there (Alluxio,
    /// `MutableInode.updateMask`).
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

/// What makes a default ACL be there after an edit; its missing base entries then come from the access ACL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultExists {
    /// An entry of it other than the mask (HDFS, `AclTransformation`).
    AnyButMask,
    /// Any entry of it (`setfacl(1)`).
    AnyEntry,
    /// Any entry of it, or that there was one before: removing its entries never removes it (Alluxio,
    /// `DefaultAccessControlList.removeEntry`).
    OnceThere,
}

/// Which default entries are refused for what is no directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultOnFile {
    /// Those that would be there after the edit: to remove one is no error (HDFS, `setfacl(1)`).
    Left,
    /// Any that the request names (Alluxio).
    Named,
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
    /// The default ACL too (HDFS, `setfacl -b`).
    AccessAndDefault,
    /// Nothing else (Alluxio).
    AccessOnly,
}

/// What the owning group has after "remove all" took its mask away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupUnmasked {
    /// Its entry (Alluxio, HDFS).
    Entry,
    /// As much of its entry as the mask let through, so that nobody gains by it (`setfacl -b`).
    Effective,
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
    /// `user`, `USER` and `User` are the same (HDFS, `AclEntryType` after upper-casing).
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
    /// `umask` of the POSIX shell: up to four octal digits, or the bits to keep.
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

/// The form of a whole ACL as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GetfaclForm {
    /// Header and entries (Alluxio `fs getfacl`).
    Plain,
    /// Header, a line for the sticky bit, and `#effective:` after a tab (HDFS `dfs -getfacl`).
    Hdfs,
    /// Header, a line of flags, and `#effective:` in a column (`getfacl(1)`).
    Posix,
}

/// To which groups the owner of a file may give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChgrpRule {
    /// Groups that the owner is in (POSIX, HDFS).
    OwnGroups,
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
