/* certificate.h - a certificate of ours for tests, and what OpenSSL says about it. */
#pragma once

#include <stdint.h>

static const char CERTIFICATE[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB6jCCAZGgAwIBAgIDGis8MAoGCCqGSM49BAMCMDkxCzAJBgNVBAYTAkNOMRAw\n"
    "DgYDVQQKDAdFeGFtcGxlMRgwFgYDVQQDDA93d3cuZXhhbXBsZS5jb20wIBcNMjYx\n"
    "MTIyMDYzNDQ5WhgPMjEyNjEwMjkwNjM0NDlaMDkxCzAJBgNVBAYTAkNOMRAwDgYD\n"
    "VQQKDAdFeGFtcGxlMRgwFgYDVQQDDA93d3cuZXhhbXBsZS5jb20wWTATBgcqhkjO\n"
    "PQIBBggqhkjOPQMBBwNCAAQs4yObKkmJSvbsAMsTEUgS7o2XYu7RWfud6AcdpU1O\n"
    "Yrz5k8KvQrAgwZf4t3UGlPy3k/LxlcWGwL9prrUU8tiVo4GFMIGCMB0GA1UdDgQW\n"
    "BBRJX5ABRLaweGQ7f5EcG8wyAsiaRzAfBgNVHSMEGDAWgBRJX5ABRLaweGQ7f5Ec\n"
    "G8wyAsiaRzAPBgNVHRMBAf8EBTADAQH/MC8GA1UdEQQoMCaCD3d3dy5leGFtcGxl\n"
    "LmNvbYINKi5leGFtcGxlLm9yZ4cECgAAATAKBggqhkjOPQQDAgNHADBEAiARnOZl\n"
    "88hdjCXCSTO/GVN+I9ErSaGCglT4XJwxYyU7BQIgR1zhCsxCGXuANEOdXgv9xeo9\n"
    "hGpiSZd29RH65nwA9vc=\n"
    "-----END CERTIFICATE-----\n";

static const char CERTIFICATE_SHA256[] =
    "aff523821445d2dc17499af949b78fe1b4be9605f0e189b52725e7b5a67b66f0";
static const int64_t CERTIFICATE_BEGIN = 1795329289000, CERTIFICATE_END = 4948929289000;
static const char CERTIFICATE_BEGIN_DAY[] = "2026-11-22";
static const char CERTIFICATE_END_DAY[] = "2126-10-29";
