//! The distinct words of a list, each with a number.

use super::name::{NameWord, Role};
use super::words::WordForm;
use rustc_hash::FxHashMap;

/// Distinct words, in the order in which they were added.
#[derive(Default)]
pub struct Vocabulary {
    pub words: Vec<WordForm>,
    /// Whether it only ever came up as two words written together, which are compared more strictly.
    pub only_joined: Vec<bool>,
    /// Whether it came up as a word of a name, and not only as words written together.
    pub is_single: Vec<bool>,
    ids: FxHashMap<Box<str>, u32>,
}

impl Vocabulary {
    /// Returns the number of a word.
    pub fn add(&mut self, form: &WordForm) -> u32 {
        let id = self.add_whole(form);
        self.is_single[id as usize] = true;
        // Words written together mean nothing yet.
        if self.words[id as usize].meaning != form.meaning {
            self.words[id as usize] = form.clone();
        }
        id
    }

    /// Returns the number of a whole name written together.
    pub fn add_whole(&mut self, form: &WordForm) -> u32 {
        let id = match self.ids.get(&form.text) {
            Some(id) => *id,
            None => self.insert(form.clone()),
        };
        self.only_joined[id as usize] = false;
        id
    }

    /// Returns the number of two words written together.
    pub fn add_joined(&mut self, text: String) -> u32 {
        match self.ids.get(text.as_str()) {
            Some(id) => *id,
            None => self.insert(WordForm::new(text, Default::default())),
        }
    }

    fn insert(&mut self, form: WordForm) -> u32 {
        let id = self.words.len() as u32;
        self.ids.insert(form.text.clone(), id);
        self.words.push(form);
        self.only_joined.push(true);
        self.is_single.push(false);
        id
    }
}

/// Returns two neighboring words written together, with the second as it stands and in full, if they may be written so.
pub fn joined_forms(first: &NameWord, second: &NameWord) -> impl Iterator<Item = String> {
    let may_join = first.role == Role::Core && matches!(second.role, Role::Core | Role::Number);
    let seconds = [Some(&*second.form.text), second.form.meaning.full].into_iter().flatten();
    seconds.filter(move |_| may_join).map(|second| [&*first.form.text, second].concat())
}
