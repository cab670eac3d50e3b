//! Lambda functions, with their versions, aliases and permissions.

use ebbtide::aws::FunctionName;
use ebbtide::aws::lambda::{Alias, Function, Permission, Version};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, pick, tags};

/// A function with its version.
pub struct Declared {
    /// The name of its piece.
    piece: String,
    name: Input<FunctionName>,
    revision: Input<String>,
    version: Option<Input<String>>,
}

impl Made {
    pub(super) fn functions(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Function => {
                let role = pick(&self.roles, on)?;
                let memory_mb = 128 * (u32::from(variant) + 1);
                let function =
                    Function { memory_mb, tags: tags(variant / 2), ..Function::image(&role, "1.dkr.ecr/a:1") };
                let made = stack.add(name, function);
                self.functions.push(Declared {
                    piece: name.to_owned(),
                    name: made.name,
                    revision: made.revision,
                    version: None,
                });
            }
            Shape::Version => {
                // A function has one version of each state, which is named after it here.
                let at = self.functions.iter().position(|function| function.version.is_none())?;
                let version = Version::of(&self.functions[at].name, &self.functions[at].revision);
                self.functions[at].version = Some(stack.add(&self.functions[at].piece, version).version);
            }
            Shape::Alias => {
                let function = self.functions.iter().find(|function| function.version.is_some())?;
                let provisioned_concurrency = (variant % 2 == 1).then(|| u32::from(variant));
                let alias = Alias::new(&function.name, name, function.version.as_ref()?);
                stack.add(name, Alias { provisioned_concurrency, ..alias });
            }
            _ => {
                let count = self.functions.len();
                let function = self.functions.get(usize::from(on) % count.max(1))?;
                let service = ["apigateway", "events"][usize::from(variant % 2)];
                stack.add(name, Permission::of_service(&function.name, &format!("{service}.amazonaws.com")));
            }
        }
        Some(())
    }
}
