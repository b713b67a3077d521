"""To and from the formats of others: forecasts go out as hubs, tables and draws; events come in by a mapping."""
