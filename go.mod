module heliograph

go 1.26.0
