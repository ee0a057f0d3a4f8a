"""A small SQL Server for tests: TDS 7.4 without encryption, with answers that a test gives.

It shows that real drivers connect, bind, read every type and meet every failure. It knows no T-SQL: what a statement means on a real
server is not shown by it. The protocol is Microsoft's [MS-TDS], the error numbers are those of its documentation.
"""
