"""Small projects with the TypeScript client of the example, as users have them: each is built, and runs."""
