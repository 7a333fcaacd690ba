"""Runs queries of Athena over folders of JSON lines in Hive's layout, by DuckDB.

Standard input: {"tables": {name: {"folder": ..., "columns": {name: Hive type}}}, "queries": [...]}; standard output: a
list of rows for each query. What DuckDB has not, a block of addresses that contains one, is Python's ipaddress.
"""
import ipaddress
import json
import sys

import duckdb
import sqlglot
from duckdb import sqltypes
from sqlglot import exp

TYPES = {"string": "VARCHAR", "bigint": "BIGINT", "array<string>": "VARCHAR[]"}


def contains(block, address):
    return ipaddress.ip_address(address) in ipaddress.ip_network(block)


def in_duckdb(query):
    tree = sqlglot.parse_one(query, read="athena")
    for match in list(tree.find_all(exp.Anonymous)):
        if match.name.lower() != "any_match":
            raise ValueError(f"{match.name} is not known here")
        blocks, test = match.expressions
        inner = test.this
        address = inner.expression
        if not isinstance(inner, exp.ArrayContains) or not isinstance(address, exp.Cast) or address.to.this != exp.DataType.Type.IPADDRESS:
            raise ValueError(f"{match.sql('athena')}: contains(block, address) was expected")
        match.replace(exp.func("any_block", blocks.copy(), address.this.copy()))
    return tree.sql("duckdb")


def main():
    wanted = json.load(sys.stdin)
    connection = duckdb.connect()
    connection.create_function(
        "any_block",
        lambda blocks, address: any(contains(block, address) for block in blocks),
        ["VARCHAR[]", sqltypes.VARCHAR],
        sqltypes.BOOLEAN,
    )
    connection.execute("CREATE SCHEMA capture_capture")
    for name, table in wanted["tables"].items():
        columns = json.dumps({column: TYPES[kind] for column, kind in table["columns"].items()}).replace('"', "'")
        connection.execute(
            f"""CREATE VIEW capture_capture."{name}" AS SELECT * FROM read_json(
              '{table["folder"]}/date=*/hour=*/*.jsonl', format = 'newline_delimited', columns = {columns},
              hive_partitioning = true, hive_types_autocast = false)"""
        )
    rows = []
    for query in wanted["queries"]:
        result = connection.execute(in_duckdb(query))
        names = [column[0] for column in result.description]
        rows.append([dict(zip(names, row)) for row in result.fetchall()])
    json.dump(rows, sys.stdout)


main()
