/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake formats: what can be read, from the table of formats itself.
 */
#include "firmware-formats/format.h"
#include "src/base/table.h"
#include "src/cli/command.h"
#include "src/cli/json_out.h"

/* Where it stands what is known of a format, and from which papers and files. */
static void add_document(struct text *out, const struct format *format)
{
    text_add(out, "docs/formats/");
    for (const char *c = format->document != NULL ? format->document : format->id; *c != '\0';
         c++) {
        text_add_char(out, *c == '_' ? '-' : *c);
    }
    text_add(out, ".md");
}

static enum yk_status show_json(const struct cli *cli, struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_array(json, NULL);
    for (size_t i = 0; i < format_count(); i++) {
        const struct format *format = format_at(i);
        json_out_object(json, NULL);
        json_out_text(json, "id", format->id);
        json_out_text(json, "name", format->name);
        json_out_known_text(json, "maker", format->maker != NULL ? format->maker : "");
        json_out_array(json, "suffixes");
        for (const char *const *suffix = format->suffix; *suffix != NULL; suffix++) {
            json_out_text(json, NULL, *suffix);
        }
        json_out_end(json);
        struct text document;
        text_init(&document);
        add_document(&document, format);
        json_out_text(json, "document", text_string(&document));
        text_release(&document);
        json_out_end(json);
    }
    json_out_end(json);
    return cli_json_write(cli, json, true, why);
}

static enum yk_status show_table(const struct cli *cli, struct failure *why)
{
    struct table table;
    struct text out;
    text_init(&out);
    table_init(&table, 5);
    table_cell(&table, cli_say(cli, "名前", "id"));
    table_cell(&table, cli_say(cli, "形式", "format"));
    table_cell(&table, cli_say(cli, "メーカー", "maker"));
    table_cell(&table, cli_say(cli, "ふつうの拡張子", "usual suffixes"));
    table_cell(&table, cli_say(cli, "資料", "described in"));
    for (size_t i = 0; i < format_count(); i++) {
        const struct format *format = format_at(i);
        struct text suffixes, document;
        text_init(&suffixes);
        text_init(&document);
        for (const char *const *suffix = format->suffix; *suffix != NULL; suffix++) {
            text_addf(&suffixes, "%s.%s", suffix == format->suffix ? "" : " ", *suffix);
        }
        table_cell(&table, format->id);
        table_cell(&table, format->name);
        table_cell(&table, format->maker);
        table_cell(&table, text_string(&suffixes));
        add_document(&document, format);
        table_cell(&table, text_string(&document));
        text_release(&suffixes);
        text_release(&document);
    }
    enum yk_status status = table_write(&table, 0, 2, true, &out, why);
    text_addf(
        &out, "\n%s\n",
        cli_say(
            cli,
            "中身で見分けるので、拡張子は何でもかまいません。.gz や .zip のままでも読めます。",
            "Files are recognised by their content, whatever their name; "
            "inside .gz and .zip, too."));
    table_release(&table);
    status = status == YK_OK ? cli_put_text(&out, why) : status;
    text_release(&out);
    return status;
}

static const struct option_spec option_table[] = {{"markdown", 0, OPTION_FLAG, NULL,
                                                   "README用の表(Markdown)として書く",
                                                   "write the table of the README (Markdown)"},
                                                  OPTION_LAST};

/* The README's table; `make readme` puts it there. */
static enum yk_status show_markdown(struct failure *why)
{
    struct text out;
    text_init(&out);
    text_add(&out, "| id | what | maker | usual suffixes |\n|---|---|---|---|\n");
    for (size_t i = 0; i < format_count(); i++) {
        const struct format *format = format_at(i);
        text_addf(&out, "| [`%s`](", format->id);
        add_document(&out, format);
        text_addf(&out, ") | %s | %s |", format->name, format->maker);
        for (const char *const *suffix = format->suffix; *suffix != NULL; suffix++) {
            text_addf(&out, " `.%s`", *suffix);
        }
        text_add(&out, " |\n");
    }
    return cli_put_text(&out, why);
}

static int run(struct cli *cli)
{
    struct failure why;
    enum yk_status status = options_has(cli->options, "markdown") ? show_markdown(&why)
                            : cli->is_json                        ? show_json(cli, &why)
                                                                  : show_table(cli, &why);
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

const struct command command_formats = {
    .name = "formats",
    .operands = "",
    .ja = "読める形式の一覧",
    .en = "list what can be read",
    .examples = "yoake formats\nyoake formats --json\n",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
