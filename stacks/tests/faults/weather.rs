//! Trouble that passes, and trouble that does not.
