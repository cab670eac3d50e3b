//! Mistakes in stack programs that do not compile. `TRYBUILD=overwrite` records the messages of another compiler.

#[test]
fn mistakes_that_the_compiler_finds_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
