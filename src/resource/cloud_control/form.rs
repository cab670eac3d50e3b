//! The table of a kind's properties.

/// One field of a declaration and the property of AWS that it is.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// The name of the field.
    pub field: &'static str,
    /// The name of the property; names joined by `/` where it is inside of another: `ImageScanningConfiguration/ScanOnPush`.
    pub path: &'static str,
    /// The form of the value.
    pub form: Form,
    /// Whether AWS takes the property and never shows it. Such a property is part of every patch: AWS forgets it otherwise.
    pub write_only: bool,
    /// Whether AWS adds no value where none is declared. A value that is there all the same was set by somebody else.
    pub has_no_default: bool,
    /// Whether the order of the list means something. Other lists are compared as sets: services reorder them.
    pub is_ordered: bool,
    /// Whether AWS shows the property in another form than the one that was given. Then the record has its value, and AWS tells
    /// only whether there is one.
    pub is_rewritten: bool,
}

/// The form of a value, where it differs between a declaration and AWS.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// The same value on both sides: a text, a number, a list of texts, a map whose keys are the user's own.
    Plain,
    /// A boolean that is left out where it is false.
    Flag,
    /// A word of ours for each of AWS's.
    Words(&'static [(&'static str, &'static str)]),
    /// A boolean for which AWS has two words: the one for true, and the one for false.
    Switch(&'static str, &'static str),
    /// A word of ours for each of AWS's, which has it as the only one of a list.
    OnlyWord(&'static [(&'static str, &'static str)]),
    /// An object.
    Object(&'static [Property]),
    /// A list of objects.
    List(&'static [Property]),
    /// A map of objects whose keys are the user's own. Entries that AWS adds by itself are no difference.
    Map(&'static [Property], Entries),
    /// A value that AWS takes as the text of a JSON document.
    JsonText,
    /// Tags, a map here.
    Tags(TagForm),
    /// Settings that AWS has as a list of `Key` and `Value`, a map here, and a function that returns the default of each. Those that are
    /// not declared are AWS's to choose. AWS leaves a setting that an update leaves out as it is, so one that is no longer declared is
    /// given its default.
    Settings(fn(&str) -> Option<&'static str>),
    /// A value that AWS does not have. The record has it.
    Recorded,
}

/// The entries of a map at AWS that belong to a field. Two fields may share one map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entries {
    /// All.
    All,
    /// Those whose member has this value, which our entries do not have.
    With(&'static str, &'static str),
    /// Those whose member has another value.
    Without(&'static str, &'static str),
}

impl Entries {
    /// Returns whether an entry at AWS belongs to the field.
    pub fn has(self, entry: &serde_json::Value) -> bool {
        match self {
            Self::All => true,
            Self::With(member, value) => entry[member] == value,
            Self::Without(member, value) => entry[member] != value,
        }
    }
}

/// The form of tags at AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagForm {
    /// A list of `Key` and `Value`, as most types have it.
    List,
    /// A map.
    Map,
}

impl Property {
    const fn new(field: &'static str, path: &'static str, form: Form) -> Self {
        Self { field, path, form, write_only: false, has_no_default: false, is_ordered: false, is_rewritten: false }
    }

    /// A value that is the same on both sides.
    pub const fn plain(field: &'static str, path: &'static str) -> Self {
        Self::new(field, path, Form::Plain)
    }

    /// A boolean that is left out where it is false.
    pub const fn flag(field: &'static str, path: &'static str) -> Self {
        Self::new(field, path, Form::Flag)
    }

    /// One of some words, each as ours and as AWS's.
    pub const fn words(
        field: &'static str,
        path: &'static str,
        words: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::new(field, path, Form::Words(words))
    }

    /// A boolean for which AWS has two words.
    pub const fn switch(field: &'static str, path: &'static str, on: &'static str, off: &'static str) -> Self {
        Self::new(field, path, Form::Switch(on, off))
    }

    /// One of some words, each as ours and as AWS's, which has a list of one.
    pub const fn only_word(
        field: &'static str,
        path: &'static str,
        words: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::new(field, path, Form::OnlyWord(words))
    }

    /// A value that AWS does not have, and that the record has.
    pub const fn recorded(field: &'static str) -> Self {
        Self::new(field, "", Form::Recorded)
    }

    /// A map of objects whose keys are the user's own.
    pub const fn map(field: &'static str, path: &'static str, members: &'static [Property], entries: Entries) -> Self {
        Self::new(field, path, Form::Map(members, entries))
    }

    /// An object.
    pub const fn object(field: &'static str, path: &'static str, members: &'static [Property]) -> Self {
        Self::new(field, path, Form::Object(members))
    }

    /// A list of objects.
    pub const fn list(field: &'static str, path: &'static str, members: &'static [Property]) -> Self {
        Self::new(field, path, Form::List(members))
    }

    /// A value that AWS takes as the text of a JSON document.
    pub const fn json_text(field: &'static str, path: &'static str) -> Self {
        Self::new(field, path, Form::JsonText)
    }

    /// Settings that AWS has as a list of `Key` and `Value`, with the default of each.
    pub const fn settings(field: &'static str, path: &'static str, default: fn(&str) -> Option<&'static str>) -> Self {
        Self::new(field, path, Form::Settings(default))
    }

    /// The tags, in the field `tags`, as a list of `Key` and `Value` at AWS.
    pub const fn tags(path: &'static str) -> Self {
        Self::new("tags", path, Form::Tags(TagForm::List))
    }

    /// The tags, in the field `tags`, as a map at AWS.
    pub const fn tag_map(path: &'static str) -> Self {
        Self::new("tags", path, Form::Tags(TagForm::Map))
    }

    /// Marks a property that AWS never shows.
    #[must_use]
    pub const fn write_only(self) -> Self {
        Self { write_only: true, ..self }
    }

    /// Marks a property of which AWS has no default.
    #[must_use]
    pub const fn has_no_default(self) -> Self {
        Self { has_no_default: true, ..self }
    }

    /// Marks a list whose order means something.
    #[must_use]
    pub const fn ordered(self) -> Self {
        Self { is_ordered: true, ..self }
    }

    /// Marks a property that AWS shows in another form than the one that was given.
    #[must_use]
    pub const fn rewritten(self) -> Self {
        Self { is_rewritten: true, ..self }
    }

    /// Returns whether AWS never shows the property, or a part of it.
    pub fn hides(&self) -> bool {
        match self.form {
            _ if self.write_only => true,
            Form::Object(members) | Form::List(members) | Form::Map(members, _) => members.iter().any(Self::hides),
            _ => false,
        }
    }

    /// Returns the property at the top of the path.
    pub fn top(&self) -> &'static str {
        self.path.split('/').next().unwrap_or(self.path)
    }
}
