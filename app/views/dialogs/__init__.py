"""Dialogs: the only windows besides the main one."""
