"""The static checks of apps_script: the types of Google's API, and ESLint."""
