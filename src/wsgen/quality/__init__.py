"""Quality steps: staged files in, their final texts and diagnostics out.

`run.run_steps` is the way in. `tools` and `settings_files` are also used on the path where nothing
changed, so this package imports nothing by itself.
"""
