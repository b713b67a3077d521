"""The log density and its gradient as compiled code: evidence is data, so one compilation serves every case and day."""
