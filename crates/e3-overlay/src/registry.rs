//! The overlays of this program, by name.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{Overlay, direct::Direct, tls::Tls};

/// Makes a fresh overlay for one session.
type Maker = Arc<dyn Fn() -> Arc<dyn Overlay> + Send + Sync>;

/// The overlays of this program. Adding one is one line here or where the program is put together.
#[derive(Clone)]
pub struct Registry {
    makers: BTreeMap<&'static str, Maker>,
}

impl Registry {
    /// Those that need nothing but this crate.
    pub fn builtin() -> Self {
        let mut registry = Self {
            makers: BTreeMap::new(),
        };
        registry.add(|| Arc::new(Direct));
        registry.add(|| Arc::new(Tls::default()));
        registry
    }

    /// Adds an overlay under its own name.
    pub fn add(&mut self, maker: impl Fn() -> Arc<dyn Overlay> + Send + Sync + 'static) {
        self.makers.insert(maker().name(), Arc::new(maker));
    }

    /// A fresh overlay of that name.
    pub fn make(&self, name: &str) -> Option<Arc<dyn Overlay>> {
        self.makers.get(name).map(|maker| maker())
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.makers.keys().copied()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
