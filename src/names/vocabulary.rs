//! The distinct words of a list, each with a number.

use super::name::{NameWord, Role};
use super::words::WordForm;
use rustc_hash::FxHashMap;

/// Distinct words, in the order in which they were added.
#[derive(Default)]
pub struct Vocabulary {
    pub words: Vec<WordForm>,
    /// Whether a word only ever came up as two words written together, which are compared more strictly.
    pub only_joined: Vec<bool>,
    ids: FxHashMap<Box<str>, u32>,
}

impl Vocabulary {
    /// Returns the number of a word.
    pub fn add(&mut self, form: &WordForm) -> u32 {
        if let Some(id) = self.ids.get(&form.text) {
            self.only_joined[*id as usize] = false;
            // Two words written together mean nothing yet.
            if self.words[*id as usize].meaning != form.meaning {
                self.words[*id as usize] = form.clone();
            }
            return *id;
        }
        self.insert(form.clone(), false)
    }

    /// Returns the number of two words written together.
    pub fn add_joined(&mut self, text: String) -> u32 {
        match self.ids.get(text.as_str()) {
            Some(id) => *id,
            None => self.insert(WordForm::new(text, Default::default()), true),
        }
    }

    fn insert(&mut self, form: WordForm, only_joined: bool) -> u32 {
        let id = self.words.len() as u32;
        self.ids.insert(form.text.clone(), id);
        self.words.push(form);
        self.only_joined.push(only_joined);
        id
    }
}

/// Returns two neighboring words written together, with the second as it stands and in full, if they may be written so.
pub fn joined_forms(first: &NameWord, second: &NameWord) -> impl Iterator<Item = String> {
    let may_join = first.role == Role::Core && matches!(second.role, Role::Core | Role::Number);
    let seconds = [Some(&*second.form.text), second.form.meaning.full].into_iter().flatten();
    seconds.filter(move |_| may_join).map(|second| [&*first.form.text, second].concat())
}
