//! Every point on which Alluxio, HDFS and POSIX differ, as data: one struct, three constants.
//!
//! Nothing else in the library asks which dialect it is in; it asks for one of these choices.

mod choices;

pub use choices::{
    Blanks, ChangeDirectory, ChgrpRule, DefaultExists, DefaultOnFile, DeleteTree, GetfaclForm,
    GroupUnmasked, Keywords, ListNeeds, ListingOrder, LoneMask, MaskFreeze, MaskTrigger,
    MatchingGroups, MessageForm, ModeGroupBits, ModeText, MoveDirectory, NewGroup, OverwriteNeeds,
    PermText, RemoveAll, SetDefault, SetTimesNeeds, StatNeeds, UmaskText, UmaskUnderDefault,
};

/// The rules of one system. Take a constant; a field can be changed to make a variant.
///
/// ```
/// use bailiwick::acl::{Dialect, StatNeeds};
///
/// let mut alluxio_2_8 = Dialect::ALLUXIO;
/// alluxio_2_8.stat = StatNeeds::Read;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// What the dialect is called on a command line.
    pub name: &'static str,

    // Evaluation
    /// Several matching groups.
    pub matching_groups: MatchingGroups,
    /// The group bits of the mode of an extended ACL.
    pub mode_group_bits: ModeGroupBits,
    /// Whether the sticky bit exists.
    pub sticky: bool,

    // Editing
    /// What an explicit mask freezes.
    pub mask_freeze: MaskFreeze,
    /// When a mask is recalculated.
    pub mask_trigger: MaskTrigger,
    /// A mask without named entries.
    pub lone_mask: LoneMask,
    /// Whether there is a default ACL.
    pub default_exists: DefaultExists,
    /// Default entries on a file.
    pub default_on_file: DefaultOnFile,
    /// Replacing an ACL, and the default ACL.
    pub set_default: SetDefault,
    /// Removing an ACL, and the default ACL.
    pub remove_all: RemoveAll,
    /// The owning group after removing an ACL.
    pub group_unmasked: GroupUnmasked,
    /// Most entries in one scope.
    pub max_entries: Option<usize>,

    // Creation
    /// The umask below a default ACL.
    pub umask_under_default: UmaskUnderDefault,
    /// The group of a new inode.
    pub new_group: NewGroup,

    // Text
    /// Keywords in ACL text.
    pub keywords: Keywords,
    /// Blanks in ACL text.
    pub blanks: Blanks,
    /// Permissions in ACL text.
    pub perm_text: PermText,
    /// The order of listings.
    pub listing_order: ListingOrder,
    /// A whole ACL as text.
    pub getfacl: GetfaclForm,
    /// Modes in text.
    pub mode_text: ModeText,
    /// Umasks in text.
    pub umask_text: UmaskText,

    // Operations
    /// Reading attributes.
    pub stat: StatNeeds,
    /// Listing.
    pub list: ListNeeds,
    /// Overwriting.
    pub overwrite: OverwriteNeeds,
    /// Adding to and removing from a directory.
    pub change_directory: ChangeDirectory,
    /// Moving a directory elsewhere.
    pub move_directory: MoveDirectory,
    /// Setting times.
    pub set_times: SetTimesNeeds,
    /// Deleting a tree.
    pub delete_tree: DeleteTree,
    /// The owner's chgrp.
    pub chgrp: ChgrpRule,
    /// The wording of denials.
    pub messages: MessageForm,
}

impl Dialect {
    /// Alluxio 2.9 and later; before, [`stat`](Self::stat) needed [`StatNeeds::Read`].
    pub const ALLUXIO: Self = Self {
        name: "alluxio",
        matching_groups: MatchingGroups::Union,
        mode_group_bits: ModeGroupBits::OwningGroup,
        sticky: false,
        mask_freeze: MaskFreeze::BothScopes,
        mask_trigger: MaskTrigger::GroupClass,
        lone_mask: LoneMask::Dropped,
        default_exists: DefaultExists::OnceThere,
        default_on_file: DefaultOnFile::Named,
        set_default: SetDefault::Merged,
        remove_all: RemoveAll::AccessOnly,
        group_unmasked: GroupUnmasked::Entry,
        max_entries: None,
        umask_under_default: UmaskUnderDefault::Applied,
        new_group: NewGroup::OfCreator,
        keywords: Keywords::LowerCase,
        blanks: Blanks::Ignored,
        perm_text: PermText::Exact,
        listing_order: ListingOrder::BaseFirst,
        getfacl: GetfaclForm::Plain,
        mode_text: ModeText::Alluxio,
        umask_text: UmaskText::WeightedDigits,
        stat: StatNeeds::Nothing,
        list: ListNeeds::ReadThenExecute,
        overwrite: OverwriteNeeds::Directory,
        change_directory: ChangeDirectory::Write,
        move_directory: MoveDirectory::Nothing,
        set_times: SetTimesNeeds::Write,
        delete_tree: DeleteTree::WriteOfEach,
        chgrp: ChgrpRule::AnyGroup,
        messages: MessageForm::Alluxio,
    };

    /// HDFS 3 with `dfs.namenode.posix.acl.inheritance.enabled` on, its default; off is
    /// [`umask_under_default`](Self::umask_under_default) with [`UmaskUnderDefault::Applied`].
    pub const HDFS: Self = Self {
        name: "hdfs",
        matching_groups: MatchingGroups::OneEntry,
        mode_group_bits: ModeGroupBits::Mask,
        sticky: true,
        mask_freeze: MaskFreeze::OwnScope,
        mask_trigger: MaskTrigger::AnyChange,
        lone_mask: LoneMask::Kept,
        default_exists: DefaultExists::AnyButMask,
        default_on_file: DefaultOnFile::Left,
        set_default: SetDefault::ReplacedIfGiven,
        remove_all: RemoveAll::AccessAndDefault,
        group_unmasked: GroupUnmasked::Entry,
        max_entries: Some(32),
        umask_under_default: UmaskUnderDefault::Ignored,
        new_group: NewGroup::OfDirectory,
        keywords: Keywords::AnyCase,
        blanks: Blanks::Literal,
        perm_text: PermText::Exact,
        listing_order: ListingOrder::MaskThenOther,
        getfacl: GetfaclForm::Hdfs,
        mode_text: ModeText::Hdfs,
        umask_text: UmaskText::OctalOrKept,
        stat: StatNeeds::Nothing,
        list: ListNeeds::ReadExecuteOfDirectory,
        overwrite: OverwriteNeeds::DirectoryAndFile,
        change_directory: ChangeDirectory::Write,
        move_directory: MoveDirectory::Nothing,
        set_times: SetTimesNeeds::Write,
        delete_tree: DeleteTree::AllOfFilled,
        chgrp: ChgrpRule::OwnGroups,
        messages: MessageForm::Hdfs,
    };

    /// POSIX.1e draft 17 and its tools as Linux implements them.
    pub const POSIX: Self = Self {
        name: "posix",
        mask_trigger: MaskTrigger::AnyEntry,
        default_exists: DefaultExists::AnyEntry,
        group_unmasked: GroupUnmasked::Effective,
        max_entries: None,
        new_group: NewGroup::OfCreator,
        keywords: Keywords::Abbreviated,
        blanks: Blanks::Ignored,
        perm_text: PermText::Loose,
        getfacl: GetfaclForm::Posix,
        mode_text: ModeText::Posix,
        umask_text: UmaskText::Shell,
        list: ListNeeds::ReadOfDirectory,
        overwrite: OverwriteNeeds::File,
        change_directory: ChangeDirectory::WriteExecute,
        move_directory: MoveDirectory::Write,
        set_times: SetTimesNeeds::Ownership,
        delete_tree: DeleteTree::ReadThenWriteExecuteOfFilled,
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
