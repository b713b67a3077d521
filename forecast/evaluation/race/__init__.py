"""Forecasters beside each other on resolved questions: dated answers, scores over the time each stood, calibration."""
