"""The sheet's script project on this machine: the files of apps_script/ in an embedded JavaScript engine."""
