"""The log density as compiled code with its gradient: evidence is data, so one compilation serves every case and day."""
