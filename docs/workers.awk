# Makes the table of docs/SCALING.md from what `make workers` prints.
/workers=[0-9]+ names=/ {
	for (i = 1; i <= NF; i++) if (split($i, kv, "=") == 2) v[kv[1]] = kv[2]
	n++; workers[n] = v["workers"]; names[n] = v["names"]; seconds[n] = v["seconds"]; rate[n] = v["rate"]
	if (v["rate"] > most) most = v["rate"]
}
END {
	print "| workers | names | seconds | names a second | |\n|---|---|---|---|---|"
	for (i = 1; i <= n; i++) {
		bar = ""
		for (k = 0; k < 30 * rate[i] / most; k++) bar = bar "█"
		printf "| %d | %d | %.1f | %d | `%s` |\n", workers[i], names[i], seconds[i], rate[i], bar
	}
}
