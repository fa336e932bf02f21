"""The sandbox: a page in the browser that is a channel and a desk with invented people."""
