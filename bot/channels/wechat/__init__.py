"""Customers and leaders on a WeChat official account, through wechatpy."""
