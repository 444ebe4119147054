/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attributes: one text or one number on a group, a column or the root.
 */
#include "src/h5/h5_internal.h"

#define ATTRIBUTE_TEXT_MAX (1 << 20)

static enum yk_status put_attribute(const struct h5_file *self, hid_t object, const char *name,
                                    hid_t stored, hid_t given, const void *value,
                                    struct failure *why)
{
    enum yk_status status = YK_OK;
    hid_t attribute =
        H5Acreate2(object, name, stored, self->kept.scalar, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, given, value) < 0) {
        status = h5_failure(self, why, "writing the attribute", name);
    }
    h5_close_id(attribute, H5Aclose);
    return status;
}

/* Texts are of variable length: h5py hands those out as str, fixed ones as bytes. */
hid_t h5_attribute_text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 &&
        (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

enum yk_status h5_put_text_of(const struct h5_file *self, hid_t object, const char *name,
                              const char *value, struct failure *why)
{
    return put_attribute(self, object, name, self->kept.text, self->kept.text, &value, why);
}

static enum yk_status put_on_path(struct h5_file *self, const char *path, const char *name,
                                  hid_t stored, hid_t given, const void *value,
                                  struct failure *why)
{
    enum yk_status status = YK_OK;
    hid_t object = stored >= 0 ? H5Oopen(self->id, path, H5P_DEFAULT) : -1;
    if (object < 0) {
        status = h5_failure(self, why, "opening", path);
    } else {
        status = put_attribute(self, object, name, stored, given, value, why);
        H5Oclose(object);
    }
    return status;
}

enum yk_status h5_put_text(struct h5_file *self, const char *path, const char *name,
                           const char *value, struct failure *why)
{
    h5_enter();
    hid_t type = self->kept.text;
    enum yk_status status = put_on_path(self, path, name, type, type, &value, why);
    h5_leave();
    return status;
}

static enum yk_status put_number(struct h5_file *self, const char *path, const char *name,
                                 enum h5_kind kind, const void *value, struct failure *why)
{
    h5_enter();
    hid_t stored = h5_kind_type(kind, 0, false), given = h5_kind_type(kind, 0, true);
    enum yk_status status = put_on_path(self, path, name, stored, given, value, why);
    h5_leave();
    return status;
}

enum yk_status h5_put_int64(struct h5_file *self, const char *path, const char *name,
                            int64_t value, struct failure *why)
{
    return put_number(self, path, name, H5_KIND_INT64, &value, why);
}

enum yk_status h5_put_double(struct h5_file *self, const char *path, const char *name,
                             double value, struct failure *why)
{
    return put_number(self, path, name, H5_KIND_DOUBLE, &value, why);
}

static enum yk_status attribute_open(struct h5_file *self, const char *path, const char *name,
                                     H5T_class_t wanted, hid_t *out, struct failure *why)
{
    hid_t attribute = -1;
    if (H5Aexists_by_name(self->id, path, name, H5P_DEFAULT) <= 0) {
        enum yk_status status = h5_read_status(self, why);
        return status == YK_OK
                   ? failure_set(why, YK_ERR_NO_DEVICE, "%s: %s has no attribute %s",
                                 self->path, path, name)
                   : status;
    }
    attribute = H5Aopen_by_name(self->id, path, name, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    bool is_right = type >= 0 && H5Tget_class(type) == wanted &&
                    H5Aget_storage_size(attribute) <= ATTRIBUTE_TEXT_MAX;
    if (is_right && wanted == H5T_STRING) {
        is_right = H5Tis_variable_str(type) > 0;
    }
    if (is_right) {
        hid_t space = H5Aget_space(attribute);
        is_right = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
        h5_close_id(space, H5Sclose);
    }
    h5_close_id(type, H5Tclose);
    if (!is_right) {
        h5_close_id(attribute, H5Aclose);
        return failure_set(why, YK_ERR_CORRUPT, "%s: attribute %s of %s has another type",
                           self->path, name, path);
    }
    *out = attribute;
    return YK_OK;
}

enum yk_status h5_get_text(struct h5_file *self, const char *path, const char *name,
                           struct text *out, struct failure *why)
{
    h5_enter();
    hid_t attribute = -1;
    enum yk_status status = attribute_open(self, path, name, H5T_STRING, &attribute, why);
    if (status == YK_OK) {
        hid_t type = h5_attribute_text_type();
        char *value = NULL;
        if (type < 0 || H5Aread(attribute, type, &value) < 0) {
            status = h5_failure(self, why, "reading the attribute", name);
        } else {
            text_clear(out);
            text_add(out, value != NULL ? value : "");
            status = text_status(out, why);
            H5free_memory(value);
        }
        h5_close_id(type, H5Tclose);
        H5Aclose(attribute);
    }
    h5_leave();
    return status;
}

static enum yk_status get_number(struct h5_file *self, const char *path, const char *name,
                                 enum h5_kind kind, void *out, struct failure *why)
{
    h5_enter();
    hid_t attribute = -1;
    enum yk_status status = attribute_open(
        self, path, name, kind == H5_KIND_INT64 ? H5T_INTEGER : H5T_FLOAT, &attribute, why);
    if (status == YK_OK) {
        hid_t type = h5_kind_type(kind, 0, true);
        if (type < 0 || H5Aread(attribute, type, out) < 0) {
            status = h5_failure(self, why, "reading the attribute", name);
        }
        H5Aclose(attribute);
    }
    h5_leave();
    return status;
}

enum yk_status h5_get_int64(struct h5_file *self, const char *path, const char *name,
                            int64_t *out, struct failure *why)
{
    return get_number(self, path, name, H5_KIND_INT64, out, why);
}

enum yk_status h5_get_double(struct h5_file *self, const char *path, const char *name,
                             double *out, struct failure *why)
{
    return get_number(self, path, name, H5_KIND_DOUBLE, out, why);
}
