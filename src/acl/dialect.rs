//! Every point on which Alluxio, HDFS and POSIX differ, as data: one struct, three constants.
//!
//! Nothing else in the library asks which dialect it is in; it asks for one of these choices.

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

/// Which changes of a scope make its mask be recalculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskTrigger {
    /// Any change (HDFS, setfacl).
    AnyEntry,
    /// A change to a named entry or the owning group (Alluxio).
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
    /// The default ACL too (HDFS, `setfacl -b`).
    AccessAndDefault,
    /// Nothing else (Alluxio).
    AccessOnly,
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
pub enum KeywordCase {
    /// `user`, `USER` and `User` are the same (HDFS).
    Any,
    /// Lower case only (Alluxio, setfacl).
    Lower,
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

/// Whose table of operations counts; see [`Op`](crate::authz::Op).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperationRules {
    /// `DefaultFileSystemMaster`.
    Alluxio,
    /// `FSPermissionChecker` and the `FSDir…Op` classes.
    Hdfs,
    /// The Linux system calls.
    Posix,
}

/// The rules of one system. Take a constant; a field can be changed to make a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// What the dialect is called on a command line.
    pub name: &'static str,
    /// Several matching groups.
    pub matching_groups: MatchingGroups,
    /// The group bits of the mode of an extended ACL.
    pub mode_group_bits: ModeGroupBits,
    /// What an explicit mask freezes.
    pub mask_freeze: MaskFreeze,
    /// When a mask is recalculated.
    pub mask_trigger: MaskTrigger,
    /// A mask without named entries.
    pub lone_mask: LoneMask,
    /// Replacing an ACL, and the default ACL.
    pub set_default: SetDefault,
    /// Removing an ACL, and the default ACL.
    pub remove_all: RemoveAll,
    /// The umask below a default ACL.
    pub umask_under_default: UmaskUnderDefault,
    /// Most entries in one scope.
    pub max_entries: Option<usize>,
    /// Letter case of keywords in ACL text.
    pub keyword_case: KeywordCase,
    /// The order of listings.
    pub listing_order: ListingOrder,
    /// Whether the sticky bit is heeded.
    pub sticky: bool,
    /// The owner's chgrp.
    pub chgrp: ChgrpRule,
    /// The group of a new inode.
    pub new_group: NewGroup,
    /// What each operation needs.
    pub operations: OperationRules,
    /// The wording of denials.
    pub messages: MessageForm,
}

impl Dialect {
    /// Alluxio 2.x.
    pub const ALLUXIO: Self = Self {
        name: "alluxio",
        matching_groups: MatchingGroups::Union,
        mode_group_bits: ModeGroupBits::OwningGroup,
        mask_freeze: MaskFreeze::BothScopes,
        mask_trigger: MaskTrigger::GroupClass,
        lone_mask: LoneMask::Dropped,
        set_default: SetDefault::Merged,
        remove_all: RemoveAll::AccessOnly,
        umask_under_default: UmaskUnderDefault::Applied,
        max_entries: None,
        keyword_case: KeywordCase::Lower,
        listing_order: ListingOrder::BaseFirst,
        sticky: false,
        chgrp: ChgrpRule::AnyGroup,
        new_group: NewGroup::OfCreator,
        operations: OperationRules::Alluxio,
        messages: MessageForm::Alluxio,
    };

    /// HDFS 3 with `dfs.namenode.posix.acl.inheritance.enabled` on, its default.
    pub const HDFS: Self = Self {
        name: "hdfs",
        matching_groups: MatchingGroups::OneEntry,
        mode_group_bits: ModeGroupBits::Mask,
        mask_freeze: MaskFreeze::OwnScope,
        mask_trigger: MaskTrigger::AnyEntry,
        lone_mask: LoneMask::Kept,
        set_default: SetDefault::ReplacedIfGiven,
        remove_all: RemoveAll::AccessAndDefault,
        umask_under_default: UmaskUnderDefault::Ignored,
        max_entries: Some(32),
        keyword_case: KeywordCase::Any,
        listing_order: ListingOrder::MaskThenOther,
        sticky: true,
        chgrp: ChgrpRule::OwnGroups,
        new_group: NewGroup::OfDirectory,
        operations: OperationRules::Hdfs,
        messages: MessageForm::Hdfs,
    };

    /// POSIX.1e draft 17 as Linux implements it.
    pub const POSIX: Self = Self {
        name: "posix",
        max_entries: None,
        keyword_case: KeywordCase::Lower,
        new_group: NewGroup::OfCreator,
        operations: OperationRules::Posix,
        ..Self::HDFS
    };

    /// The constant of that name: `alluxio`, `hdfs` or `posix`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        [&Self::ALLUXIO, &Self::HDFS, &Self::POSIX]
            .into_iter()
            .find(|dialect| dialect.name == name)
    }
}
