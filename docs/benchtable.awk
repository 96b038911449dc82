# Turns the output of `go test -bench -benchmem` into a Markdown table.
BEGIN { print "| benchmark | time | bytes | allocations | other |"; print "|---|---:|---:|---:|---|" }
/^cpu:/ { cpu = substr($0, 6) }
/^Benchmark/ {
	name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name); gsub(/_/, " ", name)
	time = bytes = allocs = other = ""
	for (i = 3; i < NF; i += 2) {
		if ($(i + 1) == "ns/op") time = $i >= 1e6 ? sprintf("%.1f ms", $i / 1e6) : $i >= 1e3 ? sprintf("%.1f µs", $i / 1e3) : $i " ns"
		else if ($(i + 1) == "B/op") bytes = $i
		else if ($(i + 1) == "allocs/op") allocs = $i
		else other = other (other == "" ? "" : ", ") $i " " $(i + 1)
	}
	printf "| %s | %s | %s | %s | %s |\n", name, time, bytes, allocs, other
}
/FAIL|panic/ { print; bad = 1 }
END { print "\nOn " cpu; exit bad }
