"""The status page: server-rendered, with a small script that saves reloads. No build step."""
