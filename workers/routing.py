"""Routing: a filed dossier finds its office and its officer."""
