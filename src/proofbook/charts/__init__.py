"""Small charts as SVG, the same picture on a page and on paper."""
