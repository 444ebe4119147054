/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "src/cli/options.h"
#include "src/cli/registry.h"
#include "src/store/identity.h"
#include "src/store/persons.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;
static char key[2200], table[2200];

static int setup(void **state)
{
    store_scene_setup(state);
    snprintf(key, sizeof key, "%s/key", scene.root);
    snprintf(table, sizeof table, "%s/names.csv", scene.root);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    FILE *file = fopen(table, "w");
    assert_non_null(file);
    assert_true(fputs("person_id,name\nP01,Test\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    return 0;
}

/* yoake identity add names.csv --csv --key FILE */
static void *enter_table(void *user)
{
    const struct command *command = command_find("identity");
    char words[][16] = {"", "add", "--csv", "--key"};
    char *argv[] = {words[0], words[1], table, words[2], words[3], key, NULL};
    struct cli cli = {.language = LANGUAGE_EN, .store_path = scene.folder, .is_quiet = true};
    struct options *options = NULL;
    int *code = user;
    if (options_parse(command, 6, argv, &options, NULL) == YK_OK) {
        cli.options = options;
        cli.command = command;
        *code = command->run(&cli);
    }
    options_free(options);
    return NULL;
}

/* Renaming and deleting take the store first, too: nobody waits for somebody who waits. */
static void names_wait_for_the_store_without_holding_the_table_of_names(void **state)
{
    (void)state;
    pthread_t thread;
    struct identities *names = NULL;
    int code = -1;
    assert_int_equal(identity_open(scene.folder, key, &names, &why), YK_OK);
    assert_int_equal(db_begin(scene.store.db, &why), YK_OK);
    assert_int_equal(pthread_create(&thread, NULL, enter_table, &code), 0);
    usleep(200000); /* when it has not come so far yet, nothing is shown, and nothing fails */
    enum yk_status status = identity_begin(names, &why);
    status = identity_finish(names, status, &why);
    db_rollback(scene.store.db);
    pthread_join(thread, NULL);
    assert_int_equal(status, YK_OK);
    assert_int_equal(code, EXIT_DONE);
    struct identity found;
    assert_int_equal(identity_find(names, "P01", &found, &why), YK_OK);
    assert_string_equal(found.name, "Test");
    identity_close(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST_SETUP(names_wait_for_the_store_without_holding_the_table_of_names, setup,
                         scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
